# The charter of a fund: what it promises in public, and the form in which it is written.
charter = Estatutos
charter-standing = La versión { $n } está en vigor desde el { $on }. El público la lee a partir de la próxima publicación.
charter-none = Aún no hay estatutos. Hasta que los haya, el público lee solo el propósito, y nadie puede consultar quién decide ni qué será del dinero restante.
charter-change = Escribir la próxima versión de los estatutos
charter-waits = Una versión de los estatutos espera a alguien que apruebe.
charter-yours = Usted escribió esta versión. Debe aceptarla alguien que apruebe.
charter-agree = Leerla y aceptarla
charter-version = Versión { $n }, en vigor desde el { $on }.
charter-published = (publicación { $number })
charter-agreed = { $given ->
    [0] Aún no había otra persona que pudiera aceptarla.
    [one] La aceptó otra persona.
   *[other] La aceptaron otras { $given } personas.
}
charter-changes = Qué cambió esta versión
charter-first = Esta es la primera versión.
charter-unpublished = Este fondo aún no acordó estatutos. Lo que está arriba es su promesa.
charter-rules-changed = Cambió la tabla de aprobaciones.
charter-versions = Todas las versiones
charter-whole = Los estatutos enteros y sus versiones
charter-leftover-report = Qué queda ahora
charter-why = Los estatutos son la promesa pública del fondo. Dos personas aceptan cada versión, todas siguen siendo públicas para siempre y cada una dice qué cambió. En los campos están nuestras propuestas: cámbielas hasta que digan la verdad.
charter-send = Enviar para su acuerdo
charter-who = Quién lleva el fondo
charter-tie = Nuestra relación con quienes hacen huelga
charter-spending = Cómo se gasta el dinero
charter-withdrawal = Cómo se retira el dinero
charter-uses = Qué se compra con los usos prometidos
charter-uses-hint = Comida, agua, suministros, logística, apoyo comunitario: un ejemplo de cada uno. No puede cambiar una vez que el fondo esté en cierre.
charter-roles = Funciones y conflictos de interés
charter-leftover = Qué será del dinero restante
charter-recipients = Quién puede recibir el dinero restante
charter-recipients-hint = Un grupo por línea: nombre | por qué | https://su.pagina (la página puede omitirse).
charter-recipient = Puede recibir el dinero restante
charter-reserve = Reserva para disputas con el banco
charter-reserve-says = { $percent } % durante { $days } días después de la última donación
charter-reserve-percent = Reserva para disputas con el banco, en porcentaje
charter-reserve-percent-hint = Esta parte de lo que queda espera por las disputas que los bancos de los donantes aún puedan abrir.
charter-reserve-days = Días que espera la reserva
charter-reserve-days-hint = Contados desde la última donación. La mayoría de los bancos permiten 120.
charter-objection = Plazo para objetar un plan
charter-objection-says = { $days ->
    [one] { $days } día
   *[other] { $days } días
} antes de que se mueva el dinero
charter-objection-days = Días para objetar un plan para el dinero restante
charter-objection-days-hint = Durante ese tiempo el público ve un plan acordado antes de que se mueva el dinero. 0: el dinero se mueve una vez publicado.
charter-wrong-objection = Escriba un número entero de días de 0 a 60.
charter-loss = Quién asume una pérdida después del final
charter-ends = Qué pone fin al fondo
charter-refunds = Devoluciones e impuestos
charter-privacy = Privacidad
charter-privacy-hint = Qué guardan de quién, quién lo ve, por cuánto tiempo, cómo pedir que se borre y qué no pueden prometer.
charter-access = Accesibilidad
charter-wrong-article = Escriba de 1 a 4,000 letras.
charter-wrong-long = Los estatutos en conjunto son demasiado largos para publicarlos. Acorte sus artículos o escriba párrafos menos numerosos y más largos.
charter-wrong-recipients = Nombre al menos un grupo para el dinero restante, y 20 como máximo.
charter-wrong-recipient = La línea { $line } no es «nombre | por qué | https://su.pagina».
charter-wrong-percent = Escriba un número entero de 0 a 100.
charter-wrong-days = Escriba un número entero de días de 0 a 730.
charter-wrong-same = Estos son los estatutos en vigor. Cambie algo primero.
charter-wrong-fixed = El fondo está en cierre: lo que compra y quién recibe el dinero restante quedan como los leyeron los donantes.
charter-preset-who = Integrantes de la sección sindical, elegidos por sus miembros, llevan este fondo sin paga.
charter-preset-tie = Pertenecemos al sindicato cuyos miembros están en huelga y respondemos ante ellos.
charter-preset-spending = Cada gasto lo registra una persona y lo aprueban otras, como dice la tabla de aprobaciones. Se publica qué se compró, para qué uso y por cuánto.
charter-preset-withdrawal = El dinero sale del banco solo para un gasto aprobado. Cada pago se empareja con el extracto del banco, y la diferencia se publica.
charter-preset-uses = Comida y agua para los piquetes, suministros como carteles y ropa de lluvia, logística como viajes y baños, y apoyo comunitario para miembros que no pueden pagar su alquiler.
charter-preset-roles = Hay quien registra, quien aprueba, quien revisa y quien administra personas y ajustes. Nadie aprueba lo que registró. Quien tiene un interés en un pago lo dice y no decide sobre él.
charter-preset-leftover = Cuando la huelga termine y estén pagadas todas las cuentas, lo que quede va a los grupos nombrados aquí. Nada va al sindicato ni a sus dirigentes.
charter-preset-loss = Si el banco de un donante retira una donación después del final, la asume la sección sindical.
charter-preset-ends = El fondo termina cuando los miembros votan el fin de la huelga, o por voto de los miembros en cualquier momento.
charter-preset-refunds = Pida la devolución de su donación dentro de 30 días en la página de su donación. Las donaciones no son deducibles de impuestos.
charter-preset-privacy = Guardamos su correo electrónico, y su nombre si lo da. Dos personas de tesorería pueden abrirlos juntas, por una razón que queda escrita. Se borran 90 días después del cierre del fondo, o cuando usted lo pida. Stripe y su banco saben que usted donó, y un tribunal puede preguntarles.
charter-preset-access = Estas páginas funcionan con teclado, con lectores de pantalla y sin programas del navegador. Si algo no le funciona, escriba a nuestro contacto y le ayudaremos.
