# El libro mayor completo como archivo.
place-exports = Exportaciones
exports-title = Exportaciones
exports-why = El libro mayor completo tal como está ahora: cada asiento y cada importe, y nada que haya escrito un extraño. Ábralo en el programa en el que confíe.
exports-files = Archivos
exports-file = Archivo
exports-for = Para
exports-hledger = hledger; pasa su revisión más estricta
exports-beancount = beancount; cuadra sin ninguna tolerancia
exports-csv = una hoja de cálculo, una línea por movimiento
exports-json = otros programas, importes en centavos enteros
exports-logged = Cada descarga queda anotada en el registro de actos.
