# Noticias por correo para quien las pidió: el formulario, su propia página, los correos, y lo que escribe la tesorería.
mail-leave = Dejar de recibir estos correos
mail-news-asked-subject = Por favor, confirme
mail-news-asked-text = Alguien nos pidió enviar noticias a esta dirección. Si fue usted, abra el enlace de abajo en el plazo de { $days ->
        [one] un día
       *[other] { $days } días
    } y diga que sí.

    Si no fue usted, no haga nada: no se guarda nada de esta dirección.
mail-news-asked-link = Decir que sí
mail-news-subject = Publicación { $number }
mail-news-text = { $note ->
        [none] Ya está la publicación { $number }. En resumen:
       *[other] { $note }
    }
mail-news-after = Las cifras son las de la publicación { $number }. Le escribimos una vez por semana como máximo.
mail-news-link = Leerlo todo
outbox-kind-news-asked = Noticias: por favor, confirme
outbox-kind-news = Noticias
public-take-news = Noticias por correo, una vez por semana como máximo
news-title = Noticias de { $fund } por correo
news-what = Usted recibe el resumen de una publicación y, de vez en cuando, una nota de la tesorería: una vez por semana como máximo. Cada correo lleva un enlace para dejarlo al instante.
news-private = Su dirección se guarda sellada, no se da a nadie y se olvida cuando usted lo deja. No hace falta haber donado.
news-email = Su correo electrónico
news-language = Idioma de los correos
news-language-en = English
news-language-es = Español
news-send = Enviarme un correo para confirmar
news-sent-title = Mire su buzón
news-sent = Enviamos un correo a esa dirección, salvo que hoy ya haya salido uno. No se guarda nada de ella hasta que usted diga allí que sí.
news-no-email = Esa dirección parece incompleta. Ejemplo: nombre@example.org
news-no-language = Elija un idioma.
news-closed = Demasiadas peticiones desde aquí. Inténtelo de nuevo en { $minutes } minutos.
news-over = Este fondo está cerrado: no habrá más noticias. Sus páginas se quedan.
news-confirm-title = ¿Sí a las noticias de { $fund }?
news-confirm-what = Pulse el botón, y las noticias irán a la dirección a la que se envió el enlace.
news-confirm = Sí, quiero noticias
news-late-title = Este enlace ha terminado
news-late = Servía { $days } días, y no se guardó nada de su dirección. Puede pedirlo de nuevo.
news-ask-again = Pedirlo de nuevo
news-own-title = Noticias de { $fund }
news-own-on = Las noticias van a { $address }, una vez por semana como máximo.
news-own-done = Usted dijo que sí. La próxima publicación le llegará.
news-stop = Dejarlo
news-stopped-title = Terminado
news-stopped = No recibirá más noticias. Su dirección se olvidó, salvo que haya donado: la página de una donación elimina lo que se guarda de ella.
news-fund = A la página del fondo
tile-notes = Notas para simpatizantes por leer
supporters-title = Simpatizantes
supporters-count = Reciben noticias por correo
supporters-many = { $count } o más
supporters-what = Quien lo pidió en la página del fondo recibe un resumen de la publicación más reciente, una vez por semana como máximo, con la nota de ustedes. A nadie se le muestra quiénes son. Antes de la primera publicación no sale nada.
supporters-write = Escribir una nota
supporters-write-what = Sale con el próximo correo de cada simpatizante: al instante para quien no ha recibido ninguno en una semana, y para los demás cuando termine la suya. Otra persona la lee antes. No ponga lo que no deba leer todo el mundo, como nombres y lugares.
supporters-text-en = En inglés
supporters-text-es = En español
supporters-text-hint = { $most } letras como máximo. Lo que está en un solo idioma va para todos.
supporters-ask = Pedir a otra persona que la lea
supporters-waits = Una nota espera a otra persona. Se puede escribir otra cuando esté decidida.
supporters-notes = Notas
supporters-none = Todavía no hay notas.
supporters-number = Número
supporters-day = Escrita
supporters-state = Estado
supporters-state-waiting = Espera a otra persona
supporters-state-sent = Sale
supporters-state-dropped = Descartada
supporters-note-title = Nota { $number } para simpatizantes
supporters-go = Dejar que salga
supporters-drop = Descartarla
supporters-own = La escribió usted, así que otra persona la deja salir. Usted puede descartarla.
supporters-no-text = Escriba lo que quiere decir, con { $most } letras como máximo por idioma.
supporters-no-waits = Ya espera otra nota.
supporters-no-decided = Mientras tanto se decidió.
supporters-done-written = Ahora la lee otra persona.
supporters-done-sent = Sale.
supporters-done-dropped = Descartada.
act-supporters-note-written = Escribió una nota para simpatizantes
act-supporters-note-sent = Dejó salir una nota para simpatizantes
act-supporters-note-dropped = Descartó una nota para simpatizantes
# The card of a shared link.
card-figures = { $as-of }. { $received } recibidos, { $spent } gastados, { $on-hand } disponibles.
card-practice = Práctica: sin dinero real.
card-alt = Barras, como en un informe de lo que se gastó en qué.
