import type { Charges } from './charges.js'
import type { Receiver } from './delivery.js'
import { claimed, wrongOption } from './errors.js'
import { Mailbox, type MailboxHost } from './mailbox.js'
import { isGone, mailboxOf, setMailbox, type Peer } from './peer.js'
import { PullIterator, type Source } from './pull-iterator.js'
import type { RecordQueue } from './socket-iterators.js'
import { Waiting } from './waiting.js'
import type { DisconnectReason, MessageInfo, MessageRecord, StreamRecord } from './types.js'

export type MessageHandler = (peer: Peer, data: Buffer, info: MessageInfo) => unknown
type Call = (handler: MessageHandler, peer: Peer, data: Buffer) => void

/** Who takes messages: the handler, an iterator of the socket, or consumers of single peers; and what waits for them. */
export class Consumers implements MailboxHost, RecordQueue {
  readonly charges: Charges
  readonly #receiver: Receiver
  readonly #call: Call
  readonly #transient: boolean
  readonly #waiting = new Waiting()
  /** Of those that wait, `disconnect` whose event is to be told when its turn comes. */
  readonly #untold = new Set<StreamRecord>()
  /** Mailboxes that the batch under way has filled. */
  readonly #filled = new Set<Mailbox>()
  #handler: MessageHandler | undefined
  #handlerName = ''
  #iterator: { wake(): void } | undefined
  /** The peer whose `connect` is being told: it may be claimed beside a consumer of the socket. */
  #arriving: Peer | undefined
  #closing = false
  #late = false
  #closed = false

  constructor(receiver: Receiver, charges: Charges, call: Call, transient: boolean) {
    this.#receiver = receiver
    this.charges = charges
    this.#call = call
    this.#transient = transient
  }

  // For the delivery

  /** Undefined when the message has to be kept. */
  handlerFor(peer: Peer): MessageHandler | undefined {
    return this.#waiting.empty && !mailboxOf(peer)?.claimed ? this.#handler : undefined
  }

  keep(record: MessageRecord): void {
    const box = mailboxOf(record.peer)
    if (!box?.keeps) return this.#waiting.push(record)
    box.push(record)
    this.#filled.add(box)
  }

  endOfBatch(): void {
    const filled = [...this.#filled]
    this.#filled.clear()
    filled.forEach((box) => box.wake())
    this.wake()
  }

  /** Gives what waits to the consumer, if there is one now. */
  wake(): void {
    if (this.#waiting.empty && !this.#closed) return
    this.#iterator?.wake()
    while (this.#handler && !this.#waiting.empty) this.#offerNext(this.#handler)
    this.charges.settle()
  }

  // For the socket

  setHandler(handler: MessageHandler | undefined, name: string): void {
    if (handler) this.#collectAll()
    this.#handler = handler
    this.#handlerName = name
  }

  /** @throws MillraceError ERR_MILLRACE_CLAIMED */
  checkSocketClaim(): void {
    if (this.#iterator) throw claimed('This socket', 'an iterator of the socket')
    if (this.#handler) throw claimed('This socket', this.#handlerName)
  }

  iterate<T>(source: Source<T>): PullIterator<T> {
    this.#refuseTransient()
    this.checkSocketClaim()
    this.#collectAll()
    const iterator = new PullIterator<T>(source)
    this.#iterator = iterator
    return iterator
  }

  /** For whoever wants to claim the peer. */
  mailbox(peer: Peer): Mailbox {
    this.#refuseTransient()
    let box = mailboxOf(peer)
    if (!box) {
      box = new Mailbox(this, peer)
      setMailbox(peer, box)
      if (isGone(peer)) box.close()
    }
    return box
  }

  /** Tells of a peer; meanwhile it may be claimed whoever consumes the socket. */
  connected(peer: Peer, tell: () => void): void {
    if (!this.#handler) this.#waiting.push({ type: 'connect', peer })
    this.#arriving = peer
    try {
      tell()
    } finally {
      this.#arriving = undefined
    }
  }

  /** The connection of a peer has ended: told after its messages have been taken. */
  gone(peer: Peer, reason: DisconnectReason): void {
    if (this.#late) this.drop(peer)
    const box = mailboxOf(peer)
    if (box?.keeps) return box.end(reason)
    // An iterator may still work on the last message; within the loop it may also wait for the socket to close.
    const taken = !this.#iterator || this.#closing
    if (taken && this.#waiting.messagesOf(peer) === 0) return this.onGone(peer, reason)
    const record: StreamRecord = { type: 'disconnect', peer, reason }
    this.#untold.add(record)
    this.#waiting.push(record)
    this.#iterator?.wake()
  }

  /** Drops the messages that wait, of one peer or of all. */
  drop(peer?: Peer): void {
    for (const each of peer ? [peer] : this.#receiver.allPeers()) mailboxOf(each)?.drop()
    for (const record of this.#waiting.remove((each) => !peer || each.peer === peer)) this.#drop(record)
    this.charges.settle()
  }

  beginToClose(): void {
    this.#closing = true
  }

  /** Nobody is waited for any more: what waits is dropped, and what still comes. */
  cut(): void {
    this.#late = true
    this.drop()
  }

  /** There will be no record any more: iterators end. */
  close(): void {
    this.#closed = true
    // A loop gets what is left; one that begins later finds nothing.
    if (!this.#iterator) this.drop()
    this.wake()
  }

  // For iterators of the socket

  get ended(): boolean {
    return this.#closed && this.#waiting.empty
  }

  next(): StreamRecord | undefined {
    const record = this.#waiting.shift()
    return record && this.#told(record)
  }

  nextAll(): StreamRecord[] {
    const all = this.#waiting.takeAll()
    return this.#untold.size === 0 ? all : all.map((record) => this.#told(record))
  }

  release(): void {
    this.#iterator = undefined
    this.charges.settle()
    queueMicrotask(() => this.wake())
  }

  // For mailboxes

  get consumed(): boolean {
    return this.#handler !== undefined || this.#iterator !== undefined
  }

  checkClaim(peer: Peer): void {
    if (peer !== this.#arriving) this.checkSocketClaim()
  }

  collect(peer: Peer): MessageRecord[] {
    if (this.#waiting.messagesOf(peer) === 0) return []
    const own = this.#waiting.remove((record) => record.peer === peer && record.type !== 'connect')
    const end = own.find((record) => record.type === 'disconnect')
    if (end) {
      this.#untold.delete(end)
      queueMicrotask(() => this.gone(peer, end.reason))
    }
    return own.filter((record) => record.type === 'message')
  }

  unclaimed(peer: Peer, left: MessageRecord[], end: DisconnectReason | undefined): void {
    left.forEach((record) => this.#waiting.push(record))
    if (end) this.gone(peer, end)
    if (left.length !== 0) queueMicrotask(() => this.wake())
  }

  onGone(peer: Peer, reason: DisconnectReason): void {
    const told = this.#receiver.onGone(peer, reason)
    if (this.#handler || this.#closed) return
    const record: StreamRecord = { type: 'disconnect', peer, reason: told }
    if (!this.#iterator) return this.#waiting.pushSilent(record)
    this.#waiting.push(record)
    this.#iterator.wake()
  }

  #collectAll(): void {
    for (const peer of this.#receiver.allPeers()) mailboxOf(peer)?.giveBack()
  }

  #refuseTransient(): void {
    if (this.#transient)
      throw wrongOption(
        'With transientData messages go to the handler only: there is no iterating, no receive()',
      )
  }

  #offerNext(handler: MessageHandler): void {
    const record = this.next()
    if (record?.type === 'message') this.#call(handler, record.peer, record.data)
  }

  /** The record as the application gets it, after the event if that was still to be told. */
  #told(record: StreamRecord): StreamRecord {
    if (record.type !== 'disconnect' || !this.#untold.delete(record)) return record
    return { ...record, reason: this.#receiver.onGone(record.peer, record.reason) }
  }

  #drop(record: StreamRecord): void {
    if (record.type === 'message') this.charges.taken(record.peer, record.data.byteLength)
    else this.#told(record)
  }
}
