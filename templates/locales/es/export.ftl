# Listas como archivos.
export-label = Descargar esta lista:
export-currency = Moneda de { $column }
list-older = Anteriores
list-newer = Posteriores
