# Lo que las páginas públicas dicen de todas las donaciones juntas, de la meta, de los períodos, y cómo se comprueba cada informe.
public-matrix = Por uso y semana

public-files-note = El registro abarca todos los archivos de esta publicación, también esta página, por medio de esta lista:
public-root-of = Raíz de la publicación { $number }
public-root-note = Una página no puede contener su propia suma de comprobación ni la raíz que la abarca: nombra la raíz anterior. La suya y todas las demás están aquí:
public-root-short = Raíz de la publicación { $number }: { $root }

public-part-middle = Donación mediana
public-part-again = Donantes que volvieron a dar
public-account-middle = Redondeada a múltiplos de cinco
public-count-again = Donantes
public-middle = Donación mediana
public-middle-says = unos { $amount } (semana del { $week })
public-middle-note = La mitad de las donaciones fue de más o menos este tamaño o mayor. Se da redondeada a múltiplos de cinco, una vez al mes, a partir de 20 donaciones, y solo si dieron más o menos eso bastantes personas.
public-again = Donantes que dieron más de una vez
public-again-says = al menos { $donors }
public-again-note = Quienes dieron más de una vez se cuentan en pasos de { $least }.
public-account-again = Donantes que dieron más de una vez

public-account-4-reserve = De eso, la reserva para disputas
public-account-5-free = Libre para gastar
public-free-to-spend = De eso, { $reserve } esperan por disputas, como dicen los estatutos; { $free } quedan libres para gastar.

public-goal = Meta
public-goal-title = Se recibió el { $percent } de la meta de { $goal }
public-goal-reached = La meta de { $goal } está alcanzada: se recibió el { $percent }
public-goal-caption = La meta y lo recibido
public-goal-percent = Alcanzado
public-goal-cap = Recibe como máximo

setting-goal = Meta
setting-goal-change = Fijar una meta
setting-goal-why = La página pública del fondo muestra qué parte de la meta se recibió, a partir de la próxima publicación: según lo publicado, nunca según lo que espera.
setting-goal-hint = De 1 a 1 000 000 000. Déjelo vacío para no fijar ninguna.
setting-goal-wrong = Escriba una suma de 1 a 1 000 000 000, o nada.
setting-cap = Tope
setting-cap-hint = Cuando se haya recibido esa suma, según lo publicado, la página para donar nombra a los grupos de los estatutos en lugar de recibir dinero. Déjelo vacío para no poner ninguno.
setting-cap-wrong = Escriba una suma que no sea menor que la meta, o nada. Un tope necesita una meta.
setting-done-goal = Guardado. En vigor a partir de la próxima publicación.
act-fund-goal = Fijó la meta de un fondo

public-periods = Cifras de
public-period-all = Desde el inicio
public-period-month = Este mes
public-period-four-weeks = Últimas 4 semanas
public-period-week = La semana pasada
public-period-weeks = Semanas del { $first } al { $last }. Las donaciones cuentan en la publicación que las muestra por primera vez; los gastos, en la semana de la compra, una vez aprobados.
public-period-change = Cambio
public-period-before = Antes
public-period-after = Después
public-period-batches = Lotes de este tiempo
public-period-no-batch = En este tiempo no se publicó ningún lote de donaciones.
public-period-nothing = En este tiempo no se gastó nada.

public-pin-leftover = Lo que queda va a
public-pin-agree = Quiénes aprueban
public-pin-compare = Compare esto con la página «Compruebe las cuentas»:

public-pin-tier = { $sum }: { $count }
