# Archivos que llegan con un formulario.
upload-file-too-large = Este archivo es demasiado grande: el máximo son { $limit } MB. Tome la foto de nuevo con menos resolución o envíe menos páginas.
upload-too-many-files = Son demasiados archivos: el máximo son { $limit } a la vez. Envíe los demás después.
upload-text-too-long = Este texto es demasiado largo. Acórtelo, por favor.
upload-cut-off = El formulario no llegó completo. Lo que llegó se conserva aquí: elija los archivos de nuevo y envíelo otra vez.
