# Lo que rodea cada página de la tesorería, y lo que es igual en cada formulario.
frame-skip = Saltar al contenido
frame-practice = Práctica: sin dinero real
frame-places = Lugares
frame-idle = La sesión se cierra tras 30 minutos sin actividad.
frame-live = En vivo, no público
form-error = Error:
form-optional = (opcional)
form-problems = { $count ->
    [one] Hay un problema
   *[other] Hay { $count } problemas
}
frame-more = Más
place-accounts = Cuentas
place-months = Meses
place-search = Buscar
place-home = Inicio
sign-in = Iniciar sesión
sign-in-first-title = Inicie sesión
sign-in-first-why = Esta página es para el personal del fondo. Si ya había iniciado sesión, pasó demasiado tiempo sin actividad.
home-title = Tesorería
home-alerts = Lo que necesita a una persona
home-alert = Tipo
home-said = Qué dice
home-clear = Todo en orden.
month-1 = ene
month-2 = feb
month-3 = mar
month-4 = abr
month-5 = may
month-6 = jun
month-7 = jul
month-8 = ago
month-9 = sep
month-10 = oct
month-11 = nov
month-12 = dic
