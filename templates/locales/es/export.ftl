# Listas como archivos.
export-label = Descargar esta lista:
export-currency = Moneda de { $column }
