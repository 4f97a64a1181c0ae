# Cómo va todo con Stripe.
place-stripe = Stripe
stripe-title = Stripe
stripe-never = Nunca todavía
stripe-mode = Modo
stripe-mode-practice = Práctica: sin dinero real
stripe-mode-live = Dinero real
stripe-last-delivery = Último aviso de Stripe
stripe-last-sync = Última lectura de la lista de Stripe
stripe-lag = Hace ya
stripe-minutes = { $minutes ->
    [0] Menos de un minuto
    [one] 1 minuto
   *[other] { $minutes } minutos
}
stripe-waiting-lines = Líneas leídas y aún no anotadas
stripe-address = Dirección del webhook
stripe-version = Versión de la interfaz de Stripe
stripe-tie = Los libros y el saldo de Stripe
stripe-tie-empty = Todavía no se ha movido nada en Stripe.
stripe-currency = Moneda
stripe-ours = En los libros
stripe-difference = El saldo de Stripe y sus líneas
stripe-agrees = Coinciden, comparado el { $at }
stripe-differs-since = Difieren desde el { $since }
stripe-not-compared = Aún sin comparar
stripe-parked = Avisos en espera
stripe-none-parked = No hay avisos en espera.
stripe-reason = Motivo
stripe-count = Cuántos
stripe-since = Desde
stripe-again = Intentar de nuevo y pedir lo que falta
stripe-done-again = Lo que espera se intenta de nuevo, y se pide a Stripe lo que falta.
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
