; The interrupts, by hand: a press waits for whichever of them is running, so each is as short as it can be.
;
; None lets others in; the worst stamp is late by the longest of them (PROTOCOL.md, 3: resolution_ns). Timer1 and its
; capture share one hidden byte: the low half is read first, and only while interrupts are off.

#define __SFR_OFFSET 0
#include <avr/io.h>

#include "interrupts.h"

; Z = base + Z, where r30 holds an offset.
.macro AT base
	ldi	r31, 0
	subi	r30, lo8(-(\base))
	sbci	r31, hi8(-(\base))
.endm

.macro SAVE_R24_SREG
	push	r24
	in	r24, SREG
	push	r24
.endm

.macro RESTORE_R24_SREG
	pop	r24
	out	SREG, r24
	pop	r24
.endm

.text

; Buttons. Port first, clock next: what the port shows was so at the stamp.
.global PCINT1_vect
PCINT1_vect:
	push	r24
	push	r25
	in	r25, PINC
	lds	r24, TCNT1L
	push	r30
	in	r30, SREG
	push	r30
	push	r31
	in	r31, GPIOR2
	cp	r25, r31
	breq	3f			; a spike that is gone again
	out	GPIOR2, r25		; of a lost one too: the next edge back must not look like none
	in	r30, GPIOR1
	subi	r30, -4
	lds	r31, snapshots_read
	cp	r30, r31
	breq	2f
	out	GPIOR1, r30
	subi	r30, 4
	AT	snapshots
	st	Z, r24
	lds	r24, TCNT1H
	std	Z+1, r24
	in	r24, GPIOR0
	std	Z+2, r24
	sbic	TIFR1, TOV1
	ori	r25, OVERFLOW_SEEN
	std	Z+3, r25
	rjmp	3f
2:	lds	r24, snapshots_lost
	subi	r24, lo8(-1)
	sts	snapshots_lost, r24
	lds	r24, snapshots_lost+1
	sbci	r24, hi8(-1)
	sts	snapshots_lost+1, r24
3:	pop	r31
	pop	r30
	out	SREG, r30
	pop	r30
	pop	r25
	pop	r24
	reti

; The sync wire fell; Timer1 kept the time. Further falls wait until the main loop listens again.
.global TIMER1_CAPT_vect
TIMER1_CAPT_vect:
	SAVE_R24_SREG
	lds	r24, ICR1L
	sts	sync_stamp, r24
	lds	r24, ICR1H
	sts	sync_stamp+1, r24
	in	r24, GPIOR0
	sts	sync_stamp+2, r24
	in	r24, TIFR1
	sts	sync_stamp+3, r24
	lds	r24, TIMSK1
	andi	r24, lo8(~(1 << ICIE1))
	sts	TIMSK1, r24
	ldi	r24, 1
	sts	sync_fell, r24
	RESTORE_R24_SREG
	reti

; Only wakes the main loop: its deadline has come.
.global TIMER1_COMPA_vect
TIMER1_COMPA_vect:
	reti

.global TIMER1_OVF_vect
TIMER1_OVF_vect:
	SAVE_R24_SREG
	in	r24, GPIOR0
	inc	r24
	out	GPIOR0, r24
	brne	1f
	lds	r24, overflows_high
	inc	r24
	sts	overflows_high, r24
	brne	1f
	lds	r24, overflows_high+1
	inc	r24
	sts	overflows_high+1, r24
	brne	1f
	lds	r24, overflows_high+2
	inc	r24
	sts	overflows_high+2, r24
1:	RESTORE_R24_SREG
	reti

; A byte has come; one that finds no room is dropped. The time of a delimiter is kept.
.global USART_RX_vect
USART_RX_vect:
	SAVE_R24_SREG
	push	r25
	push	r30
	push	r31
	lds	r25, UDR0
	lds	r30, received_written
	lds	r24, received_read
	sub	r24, r30
	cpi	r24, RECEIVED
	breq	1f
	mov	r24, r30
	inc	r24
	sts	received_written, r24
	andi	r30, RECEIVED - 1
	AT	received
	st	Z, r25
	tst	r25
	brne	1f
	lds	r30, delimiters_written
	mov	r24, r30
	inc	r24
	sts	delimiters_written, r24
	andi	r30, DELIMITERS - 1
	lsl	r30
	lsl	r30
	AT	delimiters
	lds	r24, TCNT1L
	st	Z, r24
	lds	r24, TCNT1H
	std	Z+1, r24
	in	r24, GPIOR0
	std	Z+2, r24
	in	r24, TIFR1
	std	Z+3, r24
1:	pop	r31
	pop	r30
	pop	r25
	RESTORE_R24_SREG
	reti

; Room for a byte. The transmitter is not yet at rest, whatever the byte before has set: TXC0 is cleared.
.global USART_UDRE_vect
USART_UDRE_vect:
	SAVE_R24_SREG
	push	r30
	push	r31
	ldi	r24, (1 << U2X0) | (1 << TXC0)
	sts	UCSR0A, r24
	lds	r30, transmit_next
	lds	r31, transmit_next+1
	ld	r24, Z+
	sts	UDR0, r24
	sts	transmit_next, r30
	sts	transmit_next+1, r31
	lds	r24, transmit_left
	dec	r24
	sts	transmit_left, r24
	brne	1f
	lds	r24, UCSR0B
	andi	r24, lo8(~(1 << UDRIE0))
	sts	UCSR0B, r24
1:	pop	r31
	pop	r30
	RESTORE_R24_SREG
	reti

; The last byte has left.
.global USART_TX_vect
USART_TX_vect:
	push	r24
	ldi	r24, 0
	sts	transmit_busy, r24
	pop	r24
	reti
