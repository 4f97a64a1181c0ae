# Cómo va todo con Stripe.
place-stripe = Stripe
stripe-title = Stripe
stripe-never = Nunca todavía
stripe-mode = Modo
stripe-mode-practice = Práctica: sin dinero real
stripe-mode-live = Dinero real
stripe-last-delivery = Último aviso de Stripe
stripe-last-sync = Última lectura de la lista de Stripe
stripe-minutes = { $minutes ->
    [0] Menos de un minuto
    [one] 1 minuto
   *[other] { $minutes } minutos
}
stripe-waiting-lines = Líneas leídas y aún no anotadas
stripe-address = Dirección del webhook
stripe-version = Versión de la interfaz de Stripe
stripe-tie-empty = Todavía no se ha movido nada en Stripe.
stripe-currency = Moneda
stripe-differs-since = Difieren desde el { $since }
stripe-not-compared = Aún sin comparar
stripe-none-parked = No hay avisos en espera.
stripe-reason = Motivo
stripe-since = Desde
stripe-lines = Líneas sin regla
stripe-no-lines = Todas las líneas tienen regla.
stripe-line = Línea
stripe-amount = Importe
stripe-suspense = En suspenso, { $currency }
stripe-suspense-why = Anotado, y nadie sabe aún qué es
stripe-payouts = Transferencias en camino
stripe-no-payouts = No hay transferencias en camino.
stripe-payout = Transferencia
stripe-arrives = Prevista
stripe-alerts = Lo que necesita a una persona
stripe-no-alerts = Nada necesita a una persona.
stripe-kind = Tipo
stripe-said = Qué dice
stripe-tie = El saldo de Stripe, sus líneas y los libros
stripe-reported = Stripe dice
stripe-lines-sum = Sus líneas suman
stripe-ours = Los libros tenían
stripe-ours-now = Los libros tienen ahora
stripe-difference = Diferencia
stripe-verdict = Resultado
stripe-compared = Comparado
stripe-agrees = Coinciden
stripe-account = Cuenta en Stripe
stripe-lag = Retraso con Stripe ahora
stripe-lag-worst = Mayor retraso en 24 horas
stripe-not-behind = Sin retraso
stripe-hours = { $hours } horas
stripe-endpoint = El webhook, según Stripe
stripe-endpoint-at = Se preguntó a Stripe
stripe-not-asked = Aún no se ha preguntado
stripe-endpoint-enabled = Activo
stripe-endpoint-disabled = Desactivado: no llegan avisos
stripe-endpoint-other-version = De otra versión que la que leemos
stripe-endpoint-missing = Ninguno envía a esta dirección
stripe-endpoint-unseen = La clave no tiene permiso para verlo
stripe-repeats = Donaciones periódicas en curso
stripe-key = La clave termina en
stripe-secret = El secreto del webhook termina en
stripe-secret-second = El segundo secreto, durante el cambio, termina en
stripe-fetch = Pedir lo que falta
stripe-fetching = Desde el { $at } se vuelve a leer todo lo de Stripe. Solo se anota lo nuevo.
stripe-parked = { $count ->
    [one] 1 aviso espera
   *[other] { $count } avisos esperan
}
stripe-parked-title = Un aviso en espera
stripe-event = Suceso
stripe-event-id = Su identificador
stripe-event-unread = No se puede leer
stripe-age = Antigüedad
stripe-look = Ver
stripe-happened = Sucedió
stripe-received = Recibido por primera vez
stripe-seen = Veces recibido
stripe-tried = Veces intentado
stripe-next-try = Próximo intento
stripe-sealed = Lo que dice queda sellado: puede nombrar a quien donó. Se guarda y se vuelve a intentar por sí solo.
stripe-again = Intentar todos de nuevo
stripe-again-one = Intentar de nuevo
stripe-back = Volver a Stripe
stripe-done-again = Lo que espera se intenta de nuevo.
stripe-done-one-again = Se intenta de nuevo.
stripe-done-all = Se vuelve a leer todo lo de Stripe. Solo se anota lo nuevo.
