# Iniciar sesión, entrar con un enlace, la página propia, las personas de la tesorería, el registro de actos.
place-people = Personas
place-audit = Registro de actos

sign-in-email = Correo electrónico
sign-in-password = Contraseña
sign-in-wrong = Esos datos no coinciden.
sign-in-closed = { $minutes ->
    [one] Demasiados intentos. Espere { $minutes } minuto.
   *[other] Demasiados intentos. Espere { $minutes } minutos.
}
sign-in-busy = Muchas personas inician sesión en este momento. Pruebe de nuevo en unos segundos.
sign-in-code-title = Un paso más
sign-in-code = Código
sign-in-code-hint = Seis cifras de su aplicación de autenticación, o uno de sus códigos de recuperación.
sign-in-code-wrong = Ese código no coincide o ya se usó. Espere al siguiente.
confirm-title = Confirme su identidad
confirm-why = Esta página mueve dinero o cambia quién puede hacerlo. Escriba un código nuevo; después vuelve a donde estaba.
confirm-demo = En la demostración, abra en su lugar otra vez su enlace de la terminal.
confirm = Confirmar

join-join = Le damos la bienvenida a la tesorería
join-password = Contraseña nueva
join-authenticator = Escanee esto con una aplicación de autenticación en su teléfono, o escriba en ella la clave. Después escriba el código que muestra.
join-setup = Le damos la bienvenida
join-demo = Mirar sin compromiso
join-demo-why = Esta es la demostración: personas inventadas, sin dinero real. El enlace sirve hasta que la demostración termina.
join-as = Entra como { $email }.
join-name = Su nombre, como lo ven sus colegas
join-password-hint = 15 letras o más. Varias palabras se recuerdan bien; puede pegarla.
join-qr = Cuadro de puntos para la aplicación de autenticación; la clave escrita dice lo mismo
join-code = Código de la aplicación
join-code-hint = Las seis cifras que muestra ahora.
join-code-wrong = Ese código no coincide. Revise la hora de su teléfono.
join-enter = Entrar
join-spent-title = Este enlace ya no abre nada
join-spent = Ya se usó, es demasiado antiguo o uno más nuevo ocupó su lugar. Pida un enlace nuevo a quien administra.
password-short = Use { $count } letras o más.
password-long = Use { $count } letras o menos.
password-common = Mucha gente usa esta contraseña. Elija otra.
password-own = Esta contraseña está hecha de nombres del fondo o suyos. Elija otra.
codes-title = Sus códigos de recuperación
codes-why = Imprímalos o anótelos y guárdelos lejos de su teléfono. Cada uno abre la tesorería una vez si pierde el teléfono. Solo se muestran ahora.
codes-kept = Ya los guardé. Seguir

me-password-since = Contraseña desde
me-authenticator-since = Autenticación desde
me-codes-left = Códigos de recuperación restantes
me-password = Cambiar la contraseña
me-password-now = Contraseña hasta ahora
me-authenticator = Configurar otra aplicación de autenticación
me-codes = Crear códigos de recuperación nuevos
me-codes-why = Los códigos anteriores dejan de servir. Los nuevos se muestran una sola vez.
me-others-end = Aquí sigue con la sesión abierta; en todos los demás lugares se cierra.
me-language = Idioma
me-save = Guardar
me-session-this = Este navegador
me-session-other = Otro navegador
me-session-half = Un inicio de sesión que espera su código
me-session-times = Sesión iniciada { $started }; último uso { $seen }.
me-session-end = Cerrar esta sesión
me-end-others = Cerrar las demás sesiones
me-sign-out = Cerrar sesión
me-reset = Se pide restablecer su autenticación
me-reset-why = Dos personas que administran pueden hacerlo tras un día, para cuando se pierde el teléfono. Si usted no lo pidió, anúlelo y avise a sus colegas.
me-reset-cancel = Anular

role-recorder = Tesorería
role-approver = Aprobación
role-auditor = Auditoría
role-administrator = Administración
role-does-recorder = Tesorería: registra gastos y donaciones, y paga
role-does-approver = Aprobación: da el visto bueno a lo que otras personas registraron
role-does-auditor = Auditoría: lee todo menos las identidades, no cambia nada
role-does-administrator = Administración: se ocupa de las personas y de los ajustes

people-title = Personas
people-name = Nombre
people-email = Correo electrónico
people-roles = Funciones
people-state = Estado
people-nobody = Todavía no hay nadie.
people-no-role = Sin función
people-in = Puede iniciar sesión
people-invited = Con invitación
people-disabled = Sin acceso
people-few-approvers = { $count ->
    [0] Nadie tiene la función de aprobación: no se puede aprobar nada.
    [one] Solo { $count } persona aprueba: lo que necesita dos no se puede aprobar.
   *[other] { $count } personas aprueban. Quien registra un gasto nunca lo aprueba; con tres es más seguro.
}
people-one-administrator = Solo una persona administra. Las funciones se dan entonces por la palabra de una sola persona, y el registro lo dice; una autenticación perdida solo se puede restablecer en el servidor. Nombre a una segunda persona.
people-asked-role = { $name }: { $role }
people-asked-reset = { $name }: restablecer la autenticación
people-asked-by = Lo pidió { $name }. Espera a otra persona que administre.
people-reset-due = Acordado. Se puede hacer a partir de { $time }; hasta entonces se puede anular.
people-agree = De acuerdo
people-reset-link = Crear el enlace para la autenticación nueva
people-call-off = Anular
people-invite = Invitar a alguien
people-invite-why = Recibe un enlace para entregarlo usted en persona. Sirve durante 30 minutos, una vez.
people-invited-title = Invitación hecha
people-roles-wait = Otra persona que administre debe aprobar las funciones. Hasta entonces, quien recibió la invitación puede entrar, pero no hacer nada.
people-name-wrong = Escriba un nombre de 1 a 60 letras.
people-email-wrong = Esa dirección parece incompleta. Ejemplo: nombre@example.org
people-role-wrong = Elija una función o más.
people-taken = Alguien del personal tiene esta dirección. Si perdió su enlace, abra su página para darle uno nuevo.
people-link-title = Un enlace para entregar
people-link-once = Entregue este enlace en persona. Sirve durante 30 minutos, una vez, y solo se muestra ahora.
people-link-given = Ya lo entregué
people-set-roles = Fijar las funciones
people-set-roles-why = Quitar una función tiene efecto de inmediato y cierra la sesión de la persona. Añadir una necesita a otra persona que administre.
people-new-invitation = Enlace de invitación nuevo
people-new-invitation-why = Todavía no ha entrado. Un enlace nuevo anula el anterior.
people-password-link = Enlace para una contraseña nueva
people-password-link-why = Para una contraseña olvidada. Pide un código de su autenticación, así que nadie más puede usarlo.
people-reset = Restablecer la autenticación
people-reset-why = Para un teléfono perdido. Necesita a otra persona que administre y 24 horas, y la persona puede anularlo. La contraseña se queda.
people-disable = Quitar el acceso
people-disable-title = ¿Quitar el acceso a { $name }?
people-disable-why = Su sesión se cierra de inmediato y no puede volver a iniciarla. Lo que hizo queda en el registro.
people-without = { $count ->
    [0] Sin esta persona nadie aprueba: no se puede aprobar nada.
    [one] Sin esta persona solo queda { $count } que aprueba; lo que necesita dos no se puede aprobar.
   *[other] Sin esta persona quedan { $count } que aprueban.
}
people-refused = No se hizo
people-gone = Ya se decidió entretanto.
people-reopen = Este formulario ya se envió con otro contenido, o está dañado. Ábralo de nuevo.
people-same-person = Usted lo pidió. Otra persona que administre debe estar de acuerdo.
people-about-yourself = Se trata de usted. Lo deciden otras personas que administran.
people-alone = Esto necesita a otra persona que administre, y nadie más puede hacerlo. Quien maneja el servidor puede incorporar a una, o restablecer una autenticación, con «strikefund staff».
people-last-administrator = La última persona que administra se queda. Nombre antes a otra.
people-too-soon = Esto espera 24 horas, para que la persona pueda anularlo.
people-not-in = Todavía no ha entrado. Dele un enlace de invitación nuevo.
people-back = Volver

audit-title = Registro de actos
audit-of = Registro de actos de { $name }
audit-why = Se escribe en el mismo momento que cada acto y no se cambia nunca. No contiene nombres de quienes donan o cobran.
audit-caption = Actos, primero los más nuevos
audit-nothing = Nada coincide.
audit-when = Cuándo
audit-who = Quién
audit-nobody = nadie con sesión
audit-act = Acto
audit-subject = Sobre qué
audit-detail = Detalle
audit-everybody = Los actos de todas las personas
audit-csv = Descargar como CSV

setup-step = Paso { $step } de { $steps }
setup-you = Usted
setup-you-why = Usted será la primera persona de la tesorería y de la administración. No hay otra entrada, ni una contraseña que venga con el programa.
setup-next = Guardar y seguir
setup-skip = Dejarlo para después
setup-fund = El fondo
setup-fund-name = Nombre público
setup-fund-slug = Palabra en las direcciones
setup-fund-slug-hint = { $address } y después letras minúsculas, cifras y guiones
setup-fund-promise = Para qué es el dinero, en público
setup-fund-promise-hint = Vacío: comida, agua, suministros, logística y apoyo comunitario; lo que quede va a la ayuda mutua.
setup-fund-currency = Moneda
setup-fund-currency-hint = No se puede cambiar después.
setup-fund-zone = Zona horaria
setup-fund-zone-choose = Elija
setup-fund-zone-hint = Los días empiezan y terminan según ella; no se puede cambiar después.
setup-fund-name-wrong = Escriba un nombre de 1 a 100 letras.
setup-fund-slug-wrong = Use de 1 a 40 letras minúsculas, cifras y guiones interiores, y ninguna palabra que nuestras direcciones ya usen.
setup-fund-currency-wrong = Elija una moneda. No se puede cambiar después.
setup-fund-zone-wrong = Elija una zona horaria, como America/Los Angeles. No se puede cambiar después.
setup-fund-differs = Ya hay un fondo con esa palabra y otra moneda o zona horaria, que no cambian nunca.
setup-stripe = Stripe
setup-second = Segunda persona
setup-second-in = La segunda persona ha entrado
setup-webhook-heard = Llegan los avisos de Stripe
setup-finish = Revisar y terminar
setup-done = Hecho
setup-open = Pendiente
setup-to-treasury = A la tesorería

forgotten-title = ¿Olvidó la contraseña o no tiene un código a mano?
forgotten-why = Escriba la dirección con la que entra. Enviamos un enlace con el que elige otra contraseña; además necesita un código de su aplicación de autenticación o un código de recuperación.
forgotten-send = Enviar el enlace
forgotten-sent = Si esa dirección es de alguien del equipo, le llegará un enlace. Funciona una sola vez, durante { $minutes } minutos; no pida otro antes.
forgotten-code = Tenga a mano su teléfono o sus códigos de recuperación: el enlace pide un código.
forgotten-both = Un código siempre puede ser un código de recuperación. Si perdió el teléfono y también los códigos, una persona que administra puede pedir que se restablezca su autenticador, lo que necesita a otra y 24 horas.
forgotten-no-mail = Este sitio no envía correos. Una persona que administra el fondo puede darle un enlace para otra contraseña.
people-link-mailed = El enlace va en camino a { $email }. Funciona 30 minutos, una sola vez. Si no llega, abra la página de esa persona para crear otro.
people-link-show = Mostrar el enlace, para entregarlo
people-invite-mailed = Le enviamos un enlace por correo. Funciona 30 minutos, una sola vez.

setup-fund-uses = Las donaciones se gastan en cinco usos, ya definidos: comida, agua, suministros, logística y apoyo comunitario. Lo que ya se indicó está en los campos.
setup-fund-first = Primero prepare el fondo: las reglas son suyas.
setup-approval = Reglas de aprobación
setup-approval-why = Cuántas otras personas deben estar de acuerdo con una suma. La regla habitual está en los campos; consérvela o cámbiela. Después, un cambio lo deciden dos personas.
setup-mail = Correo
setup-mail-why = Las invitaciones, los avisos de seguridad y lo que espera por usted van por correo. La dirección y la contraseña del servidor de correo están en la configuración del servidor, nunca en la base de datos.
setup-mail-none = No hay servidor de correo. Escriba su dirección en un archivo, indíquelo en STRIKEFUND_SMTP_URL_FILE y reinicie el sitio. Hasta entonces los correos esperan en la bandeja de salida.
setup-mail-to = Enviar un correo de prueba a
setup-mail-check = Enviar un correo de prueba
setup-mail-went = El servidor de correo aceptó el correo para { $to }. Mire ese buzón.
setup-mail-said = El servidor de correo dijo: { $answer }.
setup-list = Pasos de la preparación
setup-what = Paso
setup-left-contact = Adónde escriben quienes donan
setup-all-done = Todo está preparado.
setup-some-left = Lo que queda abierto sigue en la página de inicio hasta que esté hecho.

people-enable = Dejar volver
people-enable-why = Podrá entrar de nuevo con lo que tenía. Sus funciones no vuelven solas: cada una se pide de nuevo y necesita a otra persona que administre.
people-rename = Cambiar el nombre
people-rename-why = El nombre que ven sus colegas. El registro dice que se cambió.
people-without-sums = En { $fund }, las sumas de más de { $sum } no se podrán aprobar entonces.
sign-in-label = Nombre de este dispositivo
sign-in-label-hint = Aparece en la lista de sus sesiones, para que sepa cuál es cuál.
