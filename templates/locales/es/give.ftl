give-title = Donar a { $fund }
give-see = Vea cada dólar
give-received = Recibido
give-spent = Gastado
give-on-hand = Disponible
give-others = Otros fondos
give-footer = Cuentas por partida doble con strikefund, software libre que cualquiera puede revisar.
give-switch = See it in English, with what you typed

give-not-charged = No se le ha cobrado nada.
give-kept = No se le ha cobrado nada. Guardamos sus respuestas durante 60 minutos.
give-unreachable = No pudimos comunicarnos con el servicio de pago
give-unreachable-text = No se le ha cobrado nada. Lo que escribió sigue abajo. Inténtelo de nuevo en unos minutos.
give-stale = Pulse el botón otra vez
give-stale-text = Este formulario ya se envió con otras respuestas, o es demasiado antiguo. No se le ha cobrado nada. Lo que escribió sigue abajo.
give-soon = Pulse el botón otra vez.
give-soon-text = Fue más rápido de lo que se suele leer, así que preguntamos una vez más. No se le ha cobrado nada. Lo que escribió sigue abajo.

give-interval = ¿Con qué frecuencia?
give-interval-hint = Una donación que se repite se detiene sola cuando el fondo cierra. Puede detenerla antes con un enlace.
give-interval-once = Una sola vez
give-interval-week = Cada semana hasta que termine la huelga
give-interval-month = Cada mes hasta que termine la huelga
give-amount = Cantidad
give-amount-other = Otra
give-other = Otra cantidad
give-other-hint = De { $least } a { $most }. Una cantidad escrita aquí vale en lugar de la elegida arriba.
give-cover = Comisión de la tarjeta
give-cover-yes = Añadir la comisión de la tarjeta para que el fondo reciba su donación completa: { $examples }
give-cover-one = { $fee } por { $amount }
give-email = Correo electrónico
give-email-hint = Solo para su recibo y para noticias de esta donación. Nunca se publica ni se comparte con ninguna empresa empleadora.
give-name = Su nombre
give-name-hint = Aparece en su recibo. Nunca en la lista pública.
give-listing = Lista pública
give-listing-no = Sin nombre
give-listing-show = Mostrar este nombre
give-public-name = Nombre que se muestra
give-public-name-hint = Solo se usa si elige “Mostrar este nombre”. Antes lo revisa una persona.
give-leftover = Si sobra dinero
give-leftover-hint = Un deseo. Deciden los estatutos del fondo.
give-leftover-charter = Lo que digan los estatutos
give-note = Nota para la tesorería
give-note-hint = La lee la tesorería, nunca el público. No escriba nada que diga quién es usted.
give-who = Quién ve qué
give-who-public = El público
give-who-public-text = { $batch ->
    [1] el total del fondo, en el que puede verse incluso una sola donación, y el nombre que usted elija mostrar, sin cantidad ni fecha.
   *[other] el total de un grupo entero de donaciones, de al menos { $batch }, y el nombre que usted elija mostrar, sin cantidad ni fecha.
  }
give-who-treasurers = La tesorería
give-who-treasurers-text = número de la donación, cantidad y nota. Su nombre o correo, solo si una segunda persona está de acuerdo, con un motivo que queda escrito en un registro.
give-who-bank = Stripe y su banco
give-who-bank-text = saben que usted donó, como con cualquier tarjeta.
give-fine-refund = { $days ->
    [0] Las donaciones solo se devuelven cuando los estatutos lo dicen.
    [1] Puede pedir la devolución de su donación durante un día.
   *[other] Puede pedir la devolución de su donación durante { $days } días.
  }
give-fine-leftover = El dinero restante al terminar la huelga va a { $groups }, como dicen los estatutos.
give-fine-tax = Las donaciones no son deducibles de impuestos.
give-fine-charter = Los estatutos: qué se guarda de quién y durante cuánto tiempo
give-button = Continuar al pago
give-next = Todavía no se cobra nada: se paga en la página de Stripe, con tarjeta, Apple Pay, Google Pay o Link.
give-next-practice = Todavía no se cobra nada: sigue una página de práctica que no pide tarjeta.
give-trap = Deje esto vacío

give-wrong-interval = Elija con qué frecuencia quiere donar.
give-wrong-no-amount = Elija una cantidad.
give-wrong-amount = Escriba una cantidad, como 40 o 40,50.
give-wrong-decimals = { $count ->
    [0] Use cantidades enteras, sin decimales.
   *[other] Use { $count } decimales como máximo.
  }
give-wrong-point = Escriba los centavos con coma o punto y dos cifras: 1,50.
give-wrong-unclear = ¿Quiere decir { $thousands } o { $decimal }? Escríbalo sin separador de miles, como { $thousands }.
give-wrong-whole = Use cantidades enteras en esta moneda.
give-wrong-last-digit = El último de los tres decimales debe ser 0.
give-wrong-small = La donación mínima es de { $least }.
give-wrong-large = La donación máxima en línea es de { $most }.
give-wrong-large-contact = La donación máxima en línea es de { $most }. Para donar más, escriba a { $contact }.
give-wrong-no-email = Escriba su correo para que podamos enviarle el recibo.
give-wrong-email = Esa dirección parece incompleta. Ejemplo: nombre@example.org
give-wrong-long = Use { $most } letras como máximo.
give-wrong-letters = Use letras, espacios y los signos habituales.
give-wrong-listing = Elija una opción.
give-wrong-public-name = Escriba el nombre que se mostrará, o elija Sin nombre.
give-wrong-leftover = Elija una opción de la lista.
give-wrong-form = Este formulario es demasiado antiguo. Envíelo otra vez.
give-wrong-trap = Deje este campo vacío.

give-paused = Por ahora no se reciben donaciones
give-paused-since = Desde el { $day }.
give-paused-why = Motivo: { $reason }
give-paused-groups = Estos grupos pueden usar su donación hoy
give-capped = El fondo tiene lo que necesita por ahora
give-capped-why = No recibe más de { $cap }, y según la publicación del { $day } eso ya se recibió.
give-over = Este fondo ya no recibe donaciones
give-books = Sus cuentas siguen abiertas:
give-books-link = lo que entró y a dónde fue
give-leftovers-link = Qué pasa con el dinero restante

practice-title = Pago de práctica
practice-stands-in = Esta página hace de Stripe. No se necesita tarjeta.
practice-bank-title = Su banco pregunta: ¿es usted?
practice-bank = Esta página hace de su banco. No se necesita tarjeta ni código.
practice-fund = Fondo
practice-for = Para
practice-gift = Donación
practice-cover = Comisión de la tarjeta
practice-total = Total
practice-often = Frecuencia
practice-often-day = Cada día
practice-often-year = Cada año hasta que termine la huelga
practice-declined = La tarjeta fue rechazada.
practice-declined-text = No se cobró nada. Pruebe otro resultado.
practice-confirm = Confirmar
practice-refuse = Rechazar
practice-what = ¿Qué debe pasar?
practice-pay = Pagar
practice-pay-delayed = Pagar; el banco responde a los 20 segundos
practice-asks-first = El banco pide antes una confirmación
practice-card-declined = Tarjeta rechazada
practice-run-out = Se acaba el tiempo para pagar
practice-other-ways = Otras formas de pago
practice-at-once = Pagar, disponible en el acto
practice-debit = Débito bancario, confirmado a los cinco días
practice-debit-fails = Débito bancario que vuelve a los tres días
practice-afterwards = Después
practice-ten-seconds = Diez segundos después de que llegue el dinero
practice-nothing = Nada más
practice-refund = Devolución desde Stripe
practice-dispute-won = El banco de quien donó la disputa, y ustedes ganan
practice-dispute-lost = El banco de quien donó la disputa, y ustedes pierden
practice-dispute-late = El banco de quien donó la disputa dos meses después, y ustedes pierden
practice-inquiry = El banco de quien donó solo pregunta
practice-events = Cómo llegan los avisos de Stripe
practice-events-usual = Una vez, en su orden
practice-events-twice = Cada uno dos veces
practice-events-out-of-order = En desorden, el último primero
practice-button = Pagar (práctica)
practice-back = Volver sin pagar
practice-finished = Este pago ya está terminado
practice-finished-text = Aquí no se puede hacer nada más.
practice-see = Ver cómo está

setting-giving = El formulario de donación
setting-giving-why = Entre qué se puede elegir, cuánto cuesta una tarjeta y qué se dice antes de pagar.
setting-giving-change = Cambiar el formulario de donación
setting-done-giving = Guardado. Ya está en vigor.
setting-amounts = Cantidades para elegir
setting-amounts-hint = De una a ocho, de menor a mayor, separadas por espacios: 10 25 50 100 250.
setting-chosen = Elegida al principio
setting-chosen-hint = Una de las cantidades, o nada.
setting-smallest = Donación mínima
setting-smallest-hint = Las muy pequeñas cuestan más de lo que traen y atraen a quienes prueban tarjetas robadas.
setting-largest = Donación máxima
setting-largest-hint = Más que esto, solo por otro camino.
setting-rate = Comisión de la tarjeta, por ciento
setting-rate-hint = Lo que Stripe se queda de una donación, como 2.90. Con esto paga quien cubre la comisión.
setting-fixed = Comisión de la tarjeta, parte fija
setting-fixed-hint = Lo que Stripe se queda además, por pequeña que sea la donación.
setting-refund-days = Días para pedir la devolución
setting-refund-days-hint = Este número se lee debajo del formulario. 0: solo cuando los estatutos lo dicen.
setting-tax-en = Sobre impuestos, en inglés
setting-tax-en-hint = Sin nada aquí dice, en inglés, que las donaciones no son deducibles de impuestos.
setting-tax-es = Sobre impuestos, en español
setting-tax-es-hint = Sin nada aquí dice: Las donaciones no son deducibles de impuestos.
setting-keep-days = Días que se guardan los datos de quienes donaron, después del cierre
setting-keep-days-hint = Luego se borran nombres, direcciones y notas; las cantidades quedan. Un pago con tarjeta se puede disputar durante 120 días, y el banco se toma su tiempo.
setting-giving-wrong-amounts = Escriba de una a ocho cantidades, de menor a mayor y dentro de los límites, como 10 25 50.
setting-giving-wrong-chosen = Elija una de las cantidades de arriba, o déjelo vacío.
setting-giving-wrong-smallest = Escriba una cantidad mayor que cero.
setting-giving-wrong-largest = Escriba una cantidad que no sea menor que la mínima y que sea menor que un millón.
setting-giving-wrong-rate = Escriba un porcentaje de 0 a 20, como 2.90.
setting-giving-wrong-fixed = Escriba una cantidad que no sea mayor que la donación mínima.
setting-giving-wrong-refund-days = Escriba un número entero de 0 a 365.
setting-giving-wrong-tax-en = Use 300 letras como máximo, en una línea.
setting-giving-wrong-tax-es = Use 300 letras como máximo, en una línea.
setting-giving-wrong-keep-days = Escriba un número entero de 0 a 3650.

act-fund-giving = Cambió el formulario de donación

gifts-place-names = Nombres por revisar
gifts-done-name = Guardado. Se avisa a quien donó.
names-title = Nombres por revisar
names-why = Quienes donaron pidieron aparecer con estos nombres. Cada uno está solo, sin su donación. Muestre lo que pueda ser un nombre; no lo que insulte, haga publicidad o nombre a otra persona.
names-none = No hay ningún nombre en espera. Aquí aparece uno cuando llega una donación cuyo donante quiere figurar en la lista.
names-which = Nombre
names-reason = Por qué no se muestra
names-reason-hint = Necesario para “No mostrar”. Lo lee quien donó.
names-show = Mostrar
names-refuse = No mostrar
names-no-which = Elija un nombre.
names-no-more = Ya se decidió sobre este nombre.
names-no-reason = Diga por qué, en 3 a 200 letras.
act-name-shown = Permitió mostrar un nombre
act-name-refused = No permitió mostrar un nombre

outbox-kind-name-checked = Se revisó un nombre
mail-name-checked-subject = Sobre su donación { $number }
mail-name-checked-text = { $verdict ->
    [shown] El nombre que eligió para la lista pública se muestra desde la próxima publicación, sin cantidad ni fecha.
   *[other] El nombre que eligió para la lista pública no se muestra. Motivo: { $reason }
  }

give-prove = Un momento, muchas personas están donando
give-prove-text = No se le ha cobrado nada. Lo que escribió sigue abajo. Espere { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
} y pulse de nuevo el botón; si hay scripts, su navegador lo hace por sí solo.
give-refused = Aquí fallaron demasiadas tarjetas
give-refused-text = No se le ha cobrado nada. Inténtelo de nuevo en { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
} o done de otra manera: { $contact }.
give-held = Ahora mismo fallan demasiadas tarjetas
give-held-text = No se le ha cobrado nada. Las donaciones están en pausa durante { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
}. Otras maneras de donar: { $contact }. Detener una donación que se repite siempre funciona.
