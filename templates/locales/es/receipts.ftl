# Lo que se escribe a quienes donan y lo que dice un recibo, en una página, en papel o en un correo. Los asuntos son neutros.
receipt-practice = Práctica
receipt-no-money = sin dinero real
receipt-to = Recibido por
receipt-contact = Contacto
receipt-from = De
receipt-paid-on = Pagado
receipt-issued-on = Recibo del
receipt-means = Forma de pago
receipt-means-card = Tarjeta o banco, por Stripe
receipt-tax-number = Número fiscal
receipt-means-ending = { $brand ->
    [visa] Visa terminada
    [mastercard] Mastercard terminada
    [amex] American Express terminada
    [discover] Discover terminada
    [diners] Diners Club terminada
    [jcb] JCB terminada
    [unionpay] UnionPay terminada
    [bank] Cuenta bancaria terminada
   *[other] Tarjeta terminada
} en { $last }
receipt-means-cash = Efectivo, contado por dos personas
receipt-means-cheque = Cheque
receipt-means-batch = Por otra plataforma
receipt-means-transfer = Transferencia bancaria
receipt-means-organisation = Transferencia bancaria
receipt-often = Frecuencia
receipt-once = Una sola vez
receipt-every-week = Cada semana hasta que termine la huelga
receipt-every-month = Cada mes hasta que termine la huelga
receipt-gift = Donación
receipt-cover = Para la comisión de la tarjeta
receipt-paid = Total pagado
receipt-fee = Comisión del pago
receipt-net = Llega al fondo
receipt-marked-whole = devuelto por completo
receipt-marked-part = devuelto en parte
receipt-back = Devuelto el { $day }
receipt-remains = Lo que queda
receipt-no-tax = Las donaciones no son deducibles de impuestos.
receipt-no-goods = Usted no recibió bienes ni servicios a cambio de esta donación.
receipt-refunds = { $days ->
    [0] Las donaciones no se devuelven, salvo por error: escríbanos.
    [one] Devoluciones: dentro de un día, pídala en la página de su donación.
   *[other] Devoluciones: dentro de { $days } días, pídala en la página de su donación.
}
receipt-leftover = Dinero restante: vea los estatutos.
receipt-not-counted = Después de la próxima publicación podrá comprobar en la página de su donación que está contada.
receipt-counted = Contada en la publicación { $number }, raíz { $root }. Cómo comprobar esta donación: { $address }
mail-receipt-subject = Su recibo { $gift }
mail-receipt-text = Recibo { $gift }
mail-receipt-after = { $notes }

    El enlace de abajo abre la página de su donación. Guárdelo en privado.
mail-receipt-link = La página de su donación
mail-payment-failed-subject = Sobre su donación { $gift }
mail-payment-failed-text = El pago de su donación { $gift } no se completó, según lo sabido el { $day }. Usted no debe nada y no se intentará nada más.

    Si todavía quiere donar, abra el formulario otra vez.
mail-payment-failed-link = La página de su donación
mail-refunded-subject = Su devolución { $gift }
mail-refunded-text = El { $day } se devolvieron { $amount } de su donación { $gift } por donde vinieron{ $part ->
        [whole] : todo
       *[part] : una parte
    }. Los bancos tardan de 5 a 10 días en mostrarlo.

    La página de su donación tiene el nuevo recibo.
mail-refunded-link = La página de su donación
mail-refund-came-back-subject = Su devolución { $gift }
mail-refund-came-back-text = La devolución de { $amount } de su donación { $gift } no le llegó: su banco la regresó el { $day } y está de nuevo con nosotros.

    Buscamos otra manera. No tiene que hacer nada; escríbanos si se cerró una tarjeta o una cuenta.
mail-refund-came-back-link = La página de su donación
mail-disputed-subject = Sobre su donación { $gift }
mail-disputed-text = Su banco dice que usted disputa el pago de su donación { $gift }, y retiró { $amount } el { $day }.

    { $repeats ->
        [stops] Esta donación se repite. Con esto se detiene: no se le cobrará nada más. Si no quería disputarla, dígaselo a su banco: solo usted puede detener eso allí.
       *[none] Si no era su intención, dígaselo a su banco: solo usted puede detenerlo allí. Si lo era, no tiene que hacer nada.
    }
mail-disputed-link = La página de su donación
mail-request-declined-subject = Sobre su donación { $gift }
mail-request-declined-text = Usted pidió la devolución de su donación { $gift }. La tesorería la revisó y no se devolverá.

    Si cree que es un error, { $contact ->
        [none] conteste a la persona que le habló del fondo.
       *[other] escriba a { $contact }.
    }
mail-request-declined-link = La página de su donación
mail-name-changed-subject = Sobre su donación { $gift }
mail-name-changed-text = { $listed ->
        [waiting] Usted pidió que se muestre un nombre en la lista pública. Antes lo revisa una persona; cuando se acepte, se mostrará desde la siguiente publicación.
       *[hidden] Ya no se muestra ningún nombre suyo con esta donación en ninguna de nuestras páginas. Las copias que otros hicieron no las podemos retirar.
    }

    Puede cambiarlo en cualquier momento en la página de su donación.
mail-name-changed-link = La página de su donación
mail-details-deleted-subject = Sobre su donación { $gift }
mail-details-deleted-text = Como lo pidió el { $day }, borramos sus datos: nombre, correo y nota. La cantidad y la fecha de sus donaciones quedan en los libros, sin persona.

    Este es el último correo sobre ellas. Su recibo y su prueba guardados siguen valiendo, y el enlace de abajo sigue funcionando.
mail-details-deleted-link = La página de su donación
mail-links-subject = Sus enlaces
mail-links-text = Alguien pidió los enlaces de las donaciones de esta dirección. Cada uno abre una donación. Guárdelos en privado.
mail-links-after = Si no lo pidió usted, puede ignorar este mensaje.
outbox-kind-receipt = Recibo
outbox-kind-payment-failed = Un pago no se completó
outbox-kind-refunded = Devolución
outbox-kind-refund-came-back = Una devolución regresó
outbox-kind-disputed = Disputa con el banco, a quien donó
outbox-kind-request-declined = Devolución: no
outbox-kind-name-changed = Cambio del nombre público
outbox-kind-details-deleted = Datos borrados
outbox-kind-links = Enlaces perdidos
