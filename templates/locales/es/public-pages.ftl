public-nav-gifts = Donaciones
public-nav-feed = Canal de novedades
public-free = Cuentas por partida doble con strikefund, un programa libre que cualquiera puede examinar.

public-state-draft = Borrador
public-state-open = Abierto
public-state-paused = En pausa
public-state-winding-down = En cierre
public-state-distributing = Repartiendo
public-state-closed = Cerrado

public-one-purpose = El dinero de este fondo solo puede servir para un fin:
public-stood = { $state } desde el { $day }.
public-give = Donar
public-give-paused = Por ahora no se reciben donaciones.
public-give-capped = El fondo tiene lo que necesita por ahora.
public-give-others = Quién puede usar una donación hoy
public-give-over = Este fondo ya no recibe donaciones.

public-no-publication = Aún no hay ninguna publicación
public-first-figures =
    { $count ->
        [one] Las primeras cifras aparecen tras { $count } donación
       *[other] Las primeras cifras aparecen tras { $count } donaciones
    }
public-in-batches = Las cifras se publican por lotes, para que nadie pueda deducir de un total lo que dio una persona.
public-single-gifts = Este fondo publica incluso una sola donación, así que quien observe el total puede deducir lo que dio una persona.
public-to-the-cent = Entonces verá aquí lo que entró, en qué se gastó y lo que queda, al centavo.

public-figures = Cifras
public-on-hand = Disponible
public-received = Recibido
public-spent = Gastado
public-fees = Comisiones
public-refunds-and-disputes = Devoluciones y disputas
public-gifts-counted =
    { $count ->
        [one] donación contada hasta ahora.
       *[other] donaciones contadas hasta ahora.
    }
public-gifts-none =
    { $count ->
        [one] Las primeras donaciones aparecen aquí cuando haya llegado una.
       *[other] Las primeras donaciones aparecen aquí cuando hayan llegado { $count }.
    }
public-suspense = Parte del dinero en las cuentas espera una regla y todavía no consta en ninguna de estas líneas.

public-went = En qué se gastó
public-went-title = { $use } es la parte mayor: { $amount }, { $share } de lo que salió
public-went-caption = Gastos por uso, y comisiones, desde el comienzo
public-went-all = Salió en total
public-went-none = Todavía no se gastó nada. Cada uso aparece aquí con la primera publicación después del pago.
public-percent = { $percent } %
public-under-percent = menos del 1 %
public-rounded = Las partes están redondeadas; los importes, nunca.
public-held-back =
    { $count ->
        [one] Los detalles de { $count } asiento, { $amount }, se reservan por ahora, por la seguridad de los piquetes.
       *[other] Los detalles de { $count } asientos, en total { $amount }, se reservan por ahora, por la seguridad de los piquetes.
    }
public-entries =
    { $count ->
        [one] { $count } asiento
       *[other] { $count } asientos
    }

public-flow = A lo largo del tiempo
public-flow-title = Hasta la semana del { $week } habían entrado { $received } y se habían gastado { $spent }
public-flow-note = Dos líneas desde el comienzo: lo recibido y lo gastado. Los mismos números están en la tabla de abajo.
public-flow-received = Recibido: { $amount }
public-flow-spent = Gastado: { $amount }
public-flow-caption = Recibido y gastado, semana a semana y desde el comienzo
public-received-so-far = Recibido hasta entonces
public-spent-so-far = Gastado hasta entonces
public-so-far = Hasta entonces
public-held-heading = Disponible a lo largo del tiempo
public-held-title = Quedan { $amount }
public-held-line = Disponible: { $amount }
public-held-over-time = Una línea: lo que quedaba al final de cada semana. Los mismos números están en la tabla de abajo.
public-held-caption = Disponible al final de cada semana
public-in-and-out = Cómo resulta el importe disponible

public-latest = Últimos gastos
public-latest-caption = Primero el gasto más reciente
public-next = 20 más
public-spending-all = Todos los gastos

public-gifts = Donaciones
public-gifts-latest = Los lotes de donaciones más recientes
public-gifts-all = Todas las donaciones
public-gifts-count = Donaciones contadas
public-gifts-unnamed = Las donaciones de quienes no dieron su nombre están siempre en estas sumas.
public-batches = Las donaciones aparecen en lotes de al menos { $count }, para que nadie pueda deducir de un total lo que dio una persona.
public-batches-last = Al cerrar el fondo, el último lote contó lo que quedaba, por pocas donaciones que fueran.
public-batches-caption = Una línea por lote, primero el más reciente
public-batches-earlier = Anteriores

public-corrections-latest = Las correcciones más recientes
public-corrections-all = Todas las correcciones, emergencias y recibos que faltan

public-summary = En una página
public-exceptions = Excepciones
public-exceptions-corrections =
    { $count ->
        [one] { $count } corrección
       *[other] { $count } correcciones
    }
public-exceptions-emergencies = Aprobado por una sola persona en una emergencia: { $count }
public-exceptions-receipts = Sin recibo: { $count }
public-roles = Quien apunta un gasto nunca lo aprueba: lo hacen otras personas, tantas como exija el importe.
public-every-cent = Cada centavo, y cómo comprobarlo:
public-qr = Cuadro para escanear: { $address }

public-take = Para llevar
public-take-summary = Una página para imprimir y colgar
public-take-reports = Todos los informes, y cómo comprobarlos
public-take-figures = Las cifras de esta publicación
public-take-spending = Cada gasto y cada lote
public-take-postings = Cada apunte (CSV)
public-take-journals = Libros diarios
public-take-archive = Todo en un solo archivo, para abrir sin red
public-take-feed = Canal de publicaciones y correcciones
public-take-api = Para programas
public-take-verify = Cómo comprobarlo

public-feed-publication = Publicación { $number }
public-feed-publication-text = Hay cifras nuevas.
public-feed-correction = Corrección n.º { $number }
public-feed-state = Ahora: { $state }
public-feed-state-text = Estaba «{ $before }», y está «{ $after }» desde la publicación { $number }.

public-matched = Conciliado con el banco hasta el { $day }, sin diferencia.
public-promise = El { $share } del gasto correspondió a los usos prometidos.
public-promise-heading = Comprobación de la promesa
public-promise-outside = Lo que no, está en la lista.
public-promise-more = La comprobación completa
public-strike = Por día de huelga
public-strike-title = Lo más gastado en un día de huelga fue { $amount }, en la semana del { $week }
public-strike-caption = Gasto por día de huelga, por semana
public-strike-days = Días de huelga
public-strike-per-day = Por día
public-budget-title = Gastado de cada presupuesto
public-bands-title = Cuántas donaciones de qué tamaño
public-goods = Donaciones en especie
public-goods-note = Los bienes no forman parte de las cifras de dinero.
public-goods-all = Todos los bienes

public-badge-goal = Recaudado { $received } de { $goal }
public-badge-raised = Recaudado { $received }
public-badge-closed = Cerrado. Vea el informe.
public-badge-practice = Práctica
public-badge-at = { $day } · n.º { $number }
public-badge-every = Ver cada centavo
public-poster = Una hoja para el piquete
public-poster-scan = Escanee para donar, o escriba:
public-poster-checked = Las donaciones son privadas. Cada centavo que se gasta se publica, y cualquiera puede comprobarlo.
public-poster-square = El cuadro solo, para pancartas (SVG)
public-take-poster = Para el piquete y para otros sitios
public-embed = Mostrarlo en otro sitio
public-embed-widget = Un marco con las cifras de la publicación más reciente. No pone cookies ni ejecuta scripts:
public-embed-badge = Una insignia:

public-names = Quienes donan y quieren que se les nombre
public-names-none = Todavía no se nombra a nadie aquí.
public-names-note = Cada quien lo eligió y una persona miró cada nombre. No hay importe ni día; un nombre aparece con una publicación posterior a la que contó su donación, y quien donó puede retirarlo cuando quiera. No se nombra a nadie más en ninguna parte; todas las donaciones están en las sumas.
public-names-count = { $count ->
    [one] Se nombra a una persona.
   *[other] Se nombra a { $count } personas.
}
