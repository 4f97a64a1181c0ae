# La página en la que cualquiera comprueba lo publicado, y las cinco respuestas que da.
verify = Comprobar los libros
verify-answer = La respuesta
verify-what = Aquí puede comprobar que una donación está dentro de un total publicado, y que los libros de hoy continúan una copia anterior. Cada registro publicado está en una lista que solo puede crecer; su cabeza, la raíz, cambia con cualquier cambio en cualquiera de ellos.
verify-not-proved = No demuestra que un registro fuera cierto desde el principio. De eso protegen los recibos, dos personas que están de acuerdo y el extracto del propio banco.
verify-now = Esta publicación
verify-root = Raíz
verify-fingerprint = Huella de la clave
verify-compare = Compare ambas con las impresas en el piquete.
verify-gift = Comprobar mi donación
verify-proof = Su comprobante
verify-proof-hint = Todas las líneas desde BEGIN hasta END. No se guarda nada.
verify-check = Comprobar
verify-older = Comprobar una copia anterior
verify-older-root = Una raíz anterior, o una cabeza firmada entera
verify-older-hint = De un impreso, un correo o un archivo que usted guardó. Aquí no se guarda nada.
verify-do-compare = Comparar
verify-stronger = Comprobar en su propio equipo es más fuerte que preguntar a este servidor.
verify-yourself = Compruebe todo usted mismo
verify-yourself-note = El programa es libre. Lee lo que publica este sitio, o una copia en una carpeta, calcula de nuevo cada cifra y la compara byte por byte. Necesita la clave y no confía en ningún servidor.
verify-all = Todas las publicaciones
verify-all-caption = Las cien publicaciones más recientes y sus raíces
verify-publication = Publicación
verify-day = Día
verify-records = Registros
verify-roots = Todas como texto
verify-not-promised = Lo que no se promete
verify-not-promised-note = Un servidor que miente podría mostrar a dos lectores libros distintos, hasta que comparen las raíces: guarde una y compare. Una clave robada puede firmar lo que no es nuestro.
verify-contact = Preguntas: { $contact }
verify-inside =
    Sí. Esta donación de { $amount } está dentro de la publicación { $number }, { $gifts ->
        [1] la única de su grupo.
       *[other] una de { $gifts } donaciones.
    }
verify-not-yet = Todavía no se publicó. Próxima publicación: al menos { $least } { $least ->
        [1] donación.
       *[other] donaciones.
    }
verify-does-not-fit = No. Este comprobante no encaja con la publicación { $number }. Guárdelo{ $contact ->
        [none] .
       *[other] { " " }y escriba a { $contact }.
    }
verify-does-not-fit-any = No. Este comprobante no encaja con ninguna publicación. Guárdelo{ $contact ->
        [none] .
       *[other] { " " }y escriba a { $contact }.
    }
verify-not-whole = Eso no es un comprobante entero. Pegue todas las líneas desde BEGIN hasta END.
verify-continues = Sí: publicación { $number }, y los libros de hoy la continúan.
verify-no-such = No hay tal publicación. Guarde su copia.
