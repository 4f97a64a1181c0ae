# Lo que dicen los correos. Los asuntos son neutros: se ven en teléfonos bloqueados y compartidos.
mail-footer = Recibe este mensaje porque alguien escribió esta dirección en nuestro sitio. Si no lo esperaba, puede ignorarlo.
mail-test-subject = Una prueba
mail-test-text = El correo del sitio llega. No tiene que hacer nada más.
mail-invitation-subject = Su invitación
mail-invitation-text = Una persona que administra le invita a trabajar con nosotros. Abra el enlace de abajo en { $minutes } minutos, elija cómo entrará y podrá empezar.

    El enlace funciona una sola vez. No lo pase a nadie. Si ya es demasiado viejo, pida uno nuevo.
mail-invitation-link = Aceptar la invitación
mail-reset-subject = Inicio de sesión
mail-reset-text = Alguien pidió una nueva forma de iniciar sesión en su cuenta. Si fue usted, abra el enlace de abajo en un plazo de { $minutes } minutos.

    Si no fue usted, no haga nada y avise a un administrador.
mail-reset-link = Elegir de nuevo cómo inicia sesión
mail-factor-changed-subject = Aviso de acceso
mail-factor-changed-text = Se agregó, cambió o quitó una contraseña, una llave de acceso o un generador de códigos de su cuenta. Una contraseña nueva o un generador nuevo cierra sus demás sesiones.

    Si no fue usted, avise de inmediato a un administrador.
mail-factor-reset-subject = Aviso de acceso
mail-factor-reset-text = Se va a restablecer el segundo factor de { $name }, como pidió una persona que administra. Se hace { $hours } horas después de que una segunda esté de acuerdo.

    Hasta entonces se puede detener: abra el enlace de abajo, entre y anúlelo.
mail-factor-reset-link = Revisarlo o detenerlo
mail-captain-link-subject = Su enlace
mail-captain-link-text = Con el enlace de abajo puede enviar recibos desde su teléfono y ver qué pasó con ellos. Funciona durante { $days } días.

    El enlace es solo suyo. No lo comparta.
mail-captain-link-link = Enviar recibos
mail-bank-details-changed-subject = Cambio en datos de pago
mail-bank-details-changed-text = Alguien cambió dónde recibe dinero un beneficiario. Hasta ahora: { $old }. Desde ahora: { $new }. Nada se paga allí hasta que una segunda persona lo haya comprobado y hayan pasado 48 horas.

    Si no es correcto, abra el enlace de abajo y rechácelo.
mail-bank-details-changed-link = Revisar el cambio
mail-emergency-signature-subject = Hace falta una segunda firma
mail-emergency-signature-text = Algo se aprobó con una sola firma, como permiten las reglas en una emergencia. La segunda firma debe darse en un plazo de 72 horas.
mail-emergency-signature-link = Revisarlo
mail-identity-shown-subject = Un aviso para el personal
mail-identity-shown-text = A { $name } se le mostró quién dio la donación { $gift }. Por qué: { $reason ->
        [refund] para devolver dinero a mano
        [dispute] una disputa con el banco
        [asked] lo pidió quien donó
       *[other] lo exige la ley
    }. Lo aprobó: { $who }. El registro de actos lo conserva.
mail-identity-shown-link = Ver el registro de actos
mail-waiting-subject =
    { $count ->
        [one] Algo espera por usted
       *[other] { $count } cosas esperan por usted
    }
mail-waiting-text =
    { $count ->
        [one] Una cosa del sitio espera por usted.
       *[other] { $count } cosas del sitio esperan por usted.
    } { $days ->
        [0] Todo es de hoy.
        [one] La más antigua espera desde hace un día.
       *[other] La más antigua espera desde hace { $days } días.
    }{ $disputes ->
        [0] { "" }
        [one] { " " }Una de ellas es una disputa con el banco de quien donó. Días que quedan para responder: { $left ->
            [unknown] no se sabe
           *[other] { $left }
        }.
       *[other] { " " }{ $disputes } de ellas son disputas con el banco de quien donó. Días que quedan para responder a la primera: { $left ->
            [unknown] no se sabe
           *[other] { $left }
        }.
    }
mail-waiting-link = Revisarlo
mail-new-device-subject = Aviso de acceso
mail-new-device-text = Alguien entró en su cuenta con un navegador que no habíamos visto antes.

    Si no fue usted, abra el enlace de abajo, cierre todas las sesiones, cambie su contraseña y avise enseguida a quien administra.
mail-new-device-link = Ver sus sesiones
mail-reset-done-subject = Aviso de acceso
mail-reset-done-text = Se creó un enlace con el que { $name } elige de nuevo cómo entra. Lo hizo quien maneja el servidor, o dos personas que administran una vez pasado el plazo para oponerse.

    Si usted no sabe nada de esto, abra el enlace de abajo, mire el registro y pregunte enseguida a sus colegas.
mail-reset-done-link = Mirarlo
mail-payment-alert-subject = Un pago necesita respuesta
mail-payment-alert-text = { $said }

    Donación { $gift }. Días que quedan para responder: { $days }.
mail-payment-alert-link = Mirarlo
mail-books-alert-subject = Los libros necesitan atención
mail-books-alert-text = { $said }

    Desde { $since }.
mail-books-alert-link = Mirarlo
mail-payee-changed-subject = Cambio en los datos de pago
mail-payee-changed-text = Cambia la forma en que se le paga. Hasta ahora: { $old }. Desde ahora: { $new }. Primero tiene que aceptarlo una segunda persona, y después no se paga nada allí durante { $hours } horas.

    Si no es correcto, { $contact ->
        [none] avise de inmediato a la persona con quien trata, por una vía que conozca.
       *[other] escriba de inmediato a { $contact }.
    }
mail-payee-address-subject = Un cambio de dirección
mail-payee-address-text = Los avisos sobre cómo se le paga van desde ahora a otra dirección, o ya no se envían.

    Si no es correcto, { $contact ->
        [none] avise de inmediato a la persona con quien trata, por una vía que conozca.
       *[other] escriba de inmediato a { $contact }.
    }
mail-head-subject = Publicación { $number }
mail-head-text = Esta es la publicación { $number }. Guarde este correo: con él cualquiera puede mostrar más tarde que nada se cambió desde entonces.

    Raíz: { $root }

    Raíz anterior: { $previous }

    La cabeza firmada:

    { $checkpoint }
mail-head-link = Compararla
mail-repeat-failed-subject = Sobre su donación { $gift }
mail-repeat-failed-text = Un pago de su donación { $gift } no se pudo hacer el { $on }. Usted no debe nada.{ $next ->
        [none] { " " }No se intenta de nuevo.
       *[other] { " " }Se intenta de nuevo el { $next }.
    }

    Si prefiere detener esta donación, abra el enlace de abajo.
mail-repeat-failed-link = Detener esta donación
mail-repeat-stopped-subject = Su donación { $gift } se detuvo
mail-repeat-stopped-text = Su donación { $gift } ya no se repite. { $who ->
        [donor] Usted la detuvo.
        [treasurer] La tesorería la detuvo.
        [bank] Se detuvo porque su banco disputó uno de sus pagos.
        [winding_down] Se detuvo porque el fondo está en cierre.
       *[other] El servicio de pago la detuvo.
    } No se le cobrará nada más.

    Lo que usted donó hasta ahora, y qué fue de ello, está en la página de su donación.
mail-repeat-stopped-link = Su donación
