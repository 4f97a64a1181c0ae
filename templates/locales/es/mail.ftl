# Lo que dicen los correos. Los asuntos son neutros: se ven en teléfonos bloqueados y compartidos.
mail-footer = Recibe este mensaje porque alguien escribió esta dirección en nuestro sitio. Si no lo esperaba, puede ignorarlo.
mail-test-subject = Una prueba
mail-test-text = El correo del sitio llega. No tiene que hacer nada más.
mail-invitation-subject = Su invitación
mail-invitation-text = Le invitamos a trabajar con nosotros. Abra el enlace de abajo en un plazo de { $days } días, elija cómo iniciará sesión y podrá empezar.

    El enlace funciona una sola vez. No lo comparta.
mail-invitation-link = Aceptar la invitación
mail-reset-subject = Inicio de sesión
mail-reset-text = Alguien pidió una nueva forma de iniciar sesión en su cuenta. Si fue usted, abra el enlace de abajo en un plazo de { $minutes } minutos.

    Si no fue usted, no haga nada y avise a un administrador.
mail-reset-link = Elegir de nuevo cómo inicia sesión
mail-factor-changed-subject = Un cambio en su cuenta
mail-factor-changed-text = Se agregó, cambió o quitó una contraseña, una llave de acceso o un generador de códigos de su cuenta, y se cerraron sus demás sesiones.

    Si no fue usted, avise de inmediato a un administrador.
mail-factor-reset-subject = Un cambio en una cuenta
mail-factor-reset-text = El segundo factor de { $name } se restablecerá en { $hours } horas, como pidió un administrador.

    Si conoce una razón en contra, abra el enlace de abajo antes de ese momento.
mail-factor-reset-link = Revisarlo o detenerlo
mail-captain-link-subject = Su enlace
mail-captain-link-text = Con el enlace de abajo puede enviar recibos desde su teléfono y ver qué pasó con ellos. Funciona durante { $days } días.

    El enlace es solo suyo. No lo comparta.
mail-captain-link-link = Enviar recibos
mail-bank-details-changed-subject = Un cambio por revisar
mail-bank-details-changed-text = Alguien cambió dónde recibe dinero un beneficiario. No se le pagará ahí hasta que una segunda persona lo revise y pasen 48 horas.
mail-bank-details-changed-link = Revisar el cambio
mail-emergency-signature-subject = Hace falta una segunda firma
mail-emergency-signature-text = Algo se aprobó con una sola firma, como permiten las reglas en una emergencia. La segunda firma debe darse en un plazo de 72 horas.
mail-emergency-signature-link = Revisarlo
mail-identity-shown-subject = Un aviso para el personal
mail-identity-shown-text = A { $name } se le mostró quién está detrás de un registro, y dio una razón. El registro de actos conserva ambas cosas.
mail-identity-shown-link = Ver el registro de actos
mail-waiting-subject = Algo espera por usted
mail-waiting-text = Algo en el sitio espera su decisión.
mail-waiting-link = Revisarlo
