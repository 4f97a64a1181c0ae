# Cómo termina un fondo: las páginas para tesorería.

close-title = Cómo termina el fondo
close-place = Cómo termina
close-back = Todos los pasos
close-since = Desde
close-restriction = Solo para
close-done-asked = Se pidió el acuerdo de otras personas.
close-done-moved = El fondo cambió de estado.
close-done-taken-back = Se retiró el cambio.
close-waits = Un cambio de estado espera el acuerdo de otras personas.
close-take-back = Retirar el cambio

close-steps = Pasos hasta el final
close-step = Paso
close-held = Detenido por
close-stands-done = Hecho
close-stands-now = Siguiente
close-stands-later = Más tarde
close-stands-held = Detenido
close-step-wind-down = Iniciar el cierre
close-step-repeats = Detener las repeticiones
close-step-settle = Liquidar
close-step-reserve = Reserva y comienzo del reparto
close-step-finish = Cerrar
close-pause-draft = Abrir el fondo
close-pause-open = Poner las donaciones en pausa
close-pause-paused = Abrir de nuevo

close-means-pause = No se aceptan donaciones nuevas hasta que el fondo se abra de nuevo. Las que se repiten continúan. La página para donar nombra a los grupos que pueden usar una donación mientras tanto.
close-means-open = El fondo acepta donaciones del público.
close-means-wind-down = Las donaciones terminan para siempre. { $count ->
    [0] Ninguna se repite.
    [one] Una donación que se repite se detendrá en Stripe.
   *[other] { $count } donaciones que se repiten se detendrán en Stripe.
 }
close-means-reserve = Todo está liquidado. Una parte del dinero restante espera por disputas que los bancos aún puedan abrir; el resto puede repartirse.
close-means-finish = Todas las cuentas están en cero. Las páginas del fondo se quedan; una última publicación dice que está cerrado.
close-means-for-good = Esto no se puede deshacer.
close-ask = Pedir el acuerdo de otras personas
close-reason = Motivo
close-reason-hint = Público. De 10 a 500 letras.
close-last-on = Último día para gastos
close-last-on-hint = El fondo aún paga lo que se compró hasta este día. Quienes tienen dinero o reclaman gastos rinden cuentas hasta entonces.
close-percent = Reserva, en porcentaje de lo que queda
close-percent-hint = Un porcentaje o un importe, no ambos.
close-amount = Reserva, como importe
close-reserve = Reserva
close-until = Reserva hasta
close-until-hint = Desde este día, un segundo reparto entrega también la reserva. La mayoría de los bancos permite disputas durante 120 días.
close-release = Liberación del propósito
close-release-hint = Público. Quién liberó el dinero de aquello para lo que se dio, y por qué. Vacío: va solo a aquello para lo que se dio.
close-no-reason = Diga por qué, en 10 a 500 letras.
close-no-day = Elija un día desde hoy, dentro de dos años.
close-no-amount = Escriba un importe, como 250.00.
close-no-more = Es más de lo que hay.
close-no-either = Escriba un porcentaje o un importe, no ambos.
close-no-drawn = El fondo está así: { $state }. Ese paso no se da desde ahí.
close-no-yet = Primero hay que liquidar: { $what }.
close-held-by = Detenido por: { $list }.

close-settle-title = Lo que hay que liquidar
close-settle-caption = Lo que hay que liquidar
close-held-sharing = { $count ->
    [0] Nada detiene el reparto.
    [one] Una cosa detiene el reparto.
   *[other] { $count } cosas detienen el reparto.
 }
close-held-closing = { $count ->
    [0] Nada detiene el final.
    [one] Una cosa detiene el final.
   *[other] { $count } cosas detienen el final.
 }
close-item = Qué
close-waits-for = Espera
close-owner = A quién le toca
close-shared = Compartido con otros fondos: no detiene a este
close-holds-not = No detiene este paso
close-item-repeats = Donaciones que se repiten
close-item-drafts = Gastos sin decidir
close-item-claims = Reclamos de capitanes
close-item-decisions = Otras decisiones
close-item-unpaid = Aprobado y sin pagar
close-item-by-hand = Donaciones en mano
close-item-refunds = Devoluciones en camino
close-item-disputes = Disputas abiertas
close-item-grants = Aportes en camino
close-item-advances = Anticipos
close-item-cash = Efectivo y tarjetas
close-item-pending = Aún no disponible en Stripe
close-item-payouts = Transferencias en camino
close-item-bank-lines = Líneas del banco sin conciliar
close-item-difference = Diferencias
close-item-lines = Líneas de Stripe sin asentar
close-item-suspense = En suspenso
close-item-left = Lo que el fondo aún tiene
close-item-accounts = Cuentas que no están en cero
close-item-others = Otros fondos que no están cerrados
close-wait-repeats = La confirmación de Stripe de que cada una se detuvo
close-wait-drafts = A alguien que los envíe o los rechace
close-wait-claims = A tesorería, para enviarlos o devolverlos
close-wait-by-claims = Capitanes y tesorería: se paga lo comprado hasta el { $day }
close-wait-decisions = A quienes aprueban
close-wait-unpaid = A tesorería, para pagar
close-wait-by-unpaid = Que tesorería pague; se paga lo comprado hasta el { $day }
close-wait-by-hand = Un conteo, una segunda persona o el banco
close-wait-refunds = A Stripe, o a quien entrega el efectivo
close-wait-disputes = A los bancos de quienes donaron
close-wait-grants = Que tesorería los envíe o que el banco los muestre
close-wait-advances = Que se devuelvan, a más tardar el último día para gastos
close-wait-by-advances = Que quienes lo tienen lo devuelvan antes del { $day }
close-wait-cash = A alguien que lo lleve al banco
close-wait-pending = A que Stripe lo ponga a disposición
close-wait-payouts = A que el banco las muestre
close-wait-bank-lines = A tesorería, para conciliarlas
close-wait-difference = A tesorería, para averiguar por qué
close-wait-lines = La próxima lectura de la lista de Stripe
close-wait-suspense = A tesorería, para decir qué es
close-wait-left = Las entregas que lo pasan adelante
close-wait-accounts = Los pagos que las llevan a cero
close-wait-others = A esos fondos: lo que no nombra ningún fondo llega aquí

close-allowed = Lo que permite cada estado
close-act = Puede ocurrir
close-here = { $state } (ahora)
close-yes = Sí
close-no = No
close-act-publish = Páginas públicas
close-act-give = Donaciones nuevas
close-act-repeat = Donaciones que se repiten
close-act-claim = Reclamos de capitanes
close-act-spend = Gastos nuevos
close-act-approve = Acuerdo sobre gastos
close-act-refund = Devoluciones pedidas aquí
close-act-pay = Pago de lo acordado
close-act-groups = Grupos y voto de los miembros
close-act-grant = Planes y donaciones a la ayuda mutua

close-hand-over = Entregar a un fondo que le sigue
close-means-hand-over = Un fondo que le sigue puede empezar con lo que queda. Nada sale del banco: el dinero está junto. Si se donó para eso lo dicen los estatutos.
close-successor = Fondo que le sigue
close-hand-over-reason = Queda con el asiento. De 10 a 200 letras.
close-no-successor = No hay otro fondo en marcha que pueda tenerlo.
close-no-successor-chosen = Elija un fondo.

close-forgotten = Los datos de quienes donaron se borran el { $day }. Las sumas se quedan.
close-archive = Las páginas y el archivo firmado se quedan. El archivo se abre sin servidor.
close-archive-file = Archivo firmado (zip)
close-public = Página pública
close-check = Comprobar los libros
close-late-came = { $sum } llegó después del cierre. Sigue siendo de este fondo hasta que una entrega adicional lo pase adelante.
close-late-went = { $sum } se retiró después del cierre. Lo asume quien dicen los estatutos.
close-late-title = Dinero después del final
close-late-caption = Fondos cerrados que no están en cero
close-late-none = Nada llegó ni salió después del cierre de un fondo.
close-late-note = Una disputa ganada, una devolución que falló, una donación perdida, un último centavo de interés: no reabre nada y espera aquí.
