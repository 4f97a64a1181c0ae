# Files that come with a form.
upload-file-too-large = This file is too large: { $limit } MB is the most. Take the photo again at a lower resolution, or send fewer pages.
upload-too-many-files = These are too many files: { $limit } is the most at once. Send the others afterwards.
upload-text-too-long = This text is too long. Please shorten it.
upload-cut-off = The form did not arrive whole. What came is kept here: choose the files again and send it once more.
