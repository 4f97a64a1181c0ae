# Por qué no se acepta un documento y qué hacer en su lugar.
document-refused-empty = Este archivo está vacío. Elíjalo de nuevo.
document-refused-too-large = Este archivo pesa más de 10 MB. Tome la foto de nuevo con menos resolución o envíe el PDF por partes.
document-refused-too-many-pixels = Esta imagen tiene demasiados píxeles (el máximo son 50 megapíxeles y 8192 por lado). Tómela de nuevo con menos resolución.
document-refused-heic = Esta es una foto HEIC, que la mayoría de las computadoras no pueden mostrar. En un iPhone, elija Ajustes › Cámara › Formatos › «Más compatible» y tómela de nuevo, o comparta la foto como JPEG.
document-refused-markup = No se aceptan archivos SVG ni HTML. Imprímalo como PDF o envíe una captura de pantalla.
document-refused-tiff = No se aceptan archivos TIFF. Guarde el escaneo como PDF o JPEG.
document-refused-gif = No se aceptan archivos GIF. Envíe un JPEG o un PNG.
document-refused-archive = No se aceptan archivos comprimidos (zip y similares) ni documentos de oficina. Guarde el documento como PDF y envíe cada archivo por separado.
document-refused-unknown = No se acepta este tipo de archivo. Envíe una foto (JPEG, PNG, WebP) o un PDF.
document-refused-damaged = No se puede leer esta imagen: está dañada o incompleta. Tómela de nuevo o envíe otro archivo.
document-refused-too-slow = Leer esta imagen tardó demasiado. Tómela de nuevo con menos resolución.
document-refused-busy = En este momento se están leyendo muchas imágenes. Espere un minuto y envíe el formulario otra vez.
document-refused-quota-full = Ya envió tantos documentos como puede enviar una persona (200 documentos, 1 GB). Retire los que no necesite o pida a un colega que envíe este.
document-refused-not-for-the-public = Una copia para el público debe ser una imagen. Haga una captura de pantalla de la página con las partes privadas cubiertas y envíela.
