import type { Charges } from './charges.js'
import { claimed } from './errors.js'
import type { Peer } from './peer.js'
import { PullIterator, type Source } from './pull-iterator.js'
import type { DisconnectReason, MessageRecord } from './types.js'

/** What a mailbox asks of the delivery that fills it. */
export interface MailboxHost {
  readonly charges: Charges
  /** Throws when the peer may not be claimed now. */
  checkClaim(peer: Peer): void
  /** Messages of the peer that wait for a consumer of the socket become its own. */
  collect(peer: Peer): MessageRecord[]
  /** Its last message has been taken. */
  onGone(peer: Peer, reason: DisconnectReason): unknown
  /** Whether somebody takes what the peers leave that nobody claims. */
  readonly consumed: boolean
  /** Nobody claims it; the messages that are left wait for a consumer of the socket, and the end behind them. */
  unclaimed(peer: Peer, left: MessageRecord[], end: DisconnectReason | undefined): void
}

/** The messages of one peer for a consumer of its own; made when it is first claimed. */
export class Mailbox {
  readonly #host: MailboxHost
  readonly #peer: Peer
  /** Behind the head nothing is undefined. */
  #records: (MessageRecord | undefined)[] = []
  #head = 0
  /** Handed to an iterator that has not asked for the next one. */
  #current: MessageRecord | undefined
  #holder: string | undefined
  /** Its claim was given back, and nobody consumes the socket: messages stay here, as the next `receive()` wants them. */
  #parked = false
  #iterator: { wake(): void } | undefined
  #receiving: ((record: MessageRecord | undefined) => void)[] = []
  #end: DisconnectReason | undefined
  #over = false

  constructor(host: MailboxHost, peer: Peer) {
    this.#host = host
    this.#peer = peer
  }

  get claimed(): boolean {
    return this.#holder !== undefined
  }

  /** Whether messages of the peer belong here. */
  get keeps(): boolean {
    return this.claimed || this.#parked
  }

  /** Whether its consumer still has, or will get, a message of it. */
  get busy(): boolean {
    return this.#current !== undefined || this.#head !== this.#records.length
  }

  push(record: MessageRecord): void {
    this.#records.push(record)
  }

  /** After a batch, or at the end. */
  wake(): void {
    this.#iterator?.wake()
    while (this.#receiving.length !== 0 && (this.busy || this.#over)) this.#serve()
    this.#finish()
  }

  /** The connection has ended; `onGone` follows when the last message has been taken. */
  end(reason: DisconnectReason): void {
    this.#end = reason
    this.wake()
  }

  /** There will be no message any more; those that wait are dropped. */
  drop(): void {
    while (this.busy) this.#take()
    this.wake()
  }

  iterate<T>(of: (record: MessageRecord) => T): PullIterator<T> {
    this.#claim('an iterator of this peer')
    const iterator = new PullIterator<T>(this.#source(of))
    this.#iterator = iterator
    return iterator
  }

  receive(): Promise<MessageRecord | undefined> {
    if (this.#receiving.length === 0) this.#claim('receive()')
    return new Promise((resolve) => {
      this.#receiving.push(resolve)
      this.wake()
    })
  }

  #source<T>(of: (record: MessageRecord) => T): Source<T> {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const box = this
    return {
      take: () => {
        const record = this.#take()
        if (record) return of(record)
        this.#finish()
        return undefined
      },
      get ended() {
        return box.#over
      },
      release: () => this.#unclaim(),
    }
  }

  #claim(holder: string): void {
    if (this.#holder !== undefined) throw claimed('This peer', this.#holder)
    if (!this.#over) this.#host.checkClaim(this.#peer)
    this.#holder = holder
    this.#parked = false
    for (const record of this.#host.collect(this.#peer)) this.#records.push(record)
  }

  #unclaim(): void {
    this.#done()
    this.#host.charges.settle()
    this.#holder = undefined
    this.#iterator = undefined
    this.#parked = true
    if (this.#host.consumed) this.giveBack()
    else this.#finish()
  }

  /** Somebody consumes the socket. */
  giveBack(): void {
    if (!this.#parked) return
    this.#parked = false
    const left = this.#records.slice(this.#head) as MessageRecord[]
    this.#records = []
    this.#head = 0
    const end = this.#end
    this.#end = undefined
    this.#host.unclaimed(this.#peer, left, end)
  }

  #serve(): void {
    const record = this.#take()
    this.#done()
    if (this.#head === this.#records.length) this.#host.charges.settle()
    const resolve = this.#receiving.shift()
    if (this.#receiving.length === 0) this.#unclaim()
    resolve?.(record)
  }

  /** The next message; the one before is done with. */
  #take(): MessageRecord | undefined {
    this.#done()
    const record = this.#records[this.#head]
    if (!record) {
      this.#host.charges.settle()
      return undefined
    }
    this.#records[this.#head++] = undefined
    if (this.#head === this.#records.length) {
      this.#records.length = 0
      this.#head = 0
    }
    this.#current = record
    return record
  }

  #done(): void {
    const record = this.#current
    if (!record) return
    this.#current = undefined
    this.#host.charges.taken(this.#peer, record.data.byteLength)
  }

  #finish(): void {
    const reason = this.#end
    if (!reason || this.busy || this.#over) return
    this.#end = undefined
    this.#host.onGone(this.#peer, reason)
  }

  /** Gone for good: iterators end. */
  close(): void {
    this.#over = true
    this.wake()
  }
}
