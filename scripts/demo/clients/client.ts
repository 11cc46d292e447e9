/** A connection that carries messages, whoever frames them. */
export interface Connection {
  /** False: taken, but wait for `drained` before the next. */
  send(message: Buffer): boolean
  drained(): Promise<void>
  close(): Promise<void>
}

export interface Events {
  message(data: Buffer): void
  /** The connection ended although nobody asked for it. */
  ended(why: string): void
}

export interface Client {
  readonly name: string
  connect(endpoint: string, events: Events): Promise<Connection>
}
