# Cómo termina un fondo: las páginas para tesorería.

close-no-reason = Diga por qué, en 10 a 500 letras.
