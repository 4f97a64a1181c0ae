# Why a document is not taken, and what to do instead.
document-refused-empty = This file is empty. Choose it again.
document-refused-too-large = This file is larger than 10 MB. Take the photo again at a lower resolution, or send the PDF in parts.
document-refused-too-many-pixels = This picture has too many pixels (50 megapixels and 8,192 a side are the most). Take it again at a lower resolution.
document-refused-heic = This is a HEIC photo, which most computers cannot show. On an iPhone, set Settings › Camera › Formats to “Most Compatible” and take it again, or share the photo as a JPEG.
document-refused-markup = SVG and HTML files are not taken. Print it to a PDF, or send a screenshot.
document-refused-tiff = TIFF files are not taken. Save the scan as a PDF or a JPEG.
document-refused-gif = GIF files are not taken. Send a JPEG or a PNG.
document-refused-archive = Archives (zip and the like) and office documents are not taken. Save the document as a PDF, and send each file by itself.
document-refused-unknown = This kind of file is not taken. Send a photo (JPEG, PNG, WebP) or a PDF.
document-refused-damaged = This picture cannot be read: it is damaged or not whole. Take it again, or send another file.
document-refused-too-slow = This picture took too long to read. Take it again at a lower resolution.
document-refused-busy = Many pictures are being read just now. Wait a minute, then send the form again.
document-refused-quota-full = You have sent as many documents as one person may (200 documents, 1 GB). Remove some you do not need, or ask a colleague to send this one.
document-refused-not-for-the-public = A copy for the public must be a picture. Take a screenshot of the page with private parts covered, and send that.
