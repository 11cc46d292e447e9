import type { EventEmitter } from 'node:events'
import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import type { StreamEvents, StreamSocket } from '../../ts/index.js'

/** Generous: under AddressSanitizer, beside other work, everything takes several times as long. */
export const patience = 30_000

/** The promise, or a rejection that says what did not happen. */
export async function within<T>(promise: PromiseLike<T>, what: string, milliseconds = patience): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits until `condition` holds, looked at every few milliseconds. */
export async function until(condition: () => boolean, what: string, milliseconds = patience): Promise<void> {
  const end = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what}: not within ${milliseconds} ms`)
    await delay(2)
  }
}

/** Any emitter: sockets with typed events and plain ones of Node alike. */
type Emitter = Pick<EventEmitter, 'once' | 'on'>
/** The arguments of the next event of that name. */
export function once(emitter: Emitter, name: string): Promise<unknown[]> {
  const event = new Promise<unknown[]>((resolve) => {
    emitter.once(name, (...values: unknown[]) => resolve(values))
  })
  return within(event, `event '${name}'`)
}

/** Events in the order of their coming, read with `next` or looked at in `all`. */
export class Collected<T> {
  readonly all: T[] = []
  #read = 0

  readonly add = (value: T): void => void this.all.push(value)

  async next(what = 'the next one'): Promise<T> {
    const place = this.#read++
    await until(() => this.all.length > place, what)
    return this.all[place]!
  }

  /** All of them, once there are `count`. */
  async atLeast(count: number, what = `${count} of them`): Promise<readonly T[]> {
    await until(() => this.all.length >= count, what)
    return this.all
  }
}

/** Every event of that name from now on, as `of` makes something of its arguments. */
export function collect<Name extends keyof StreamEvents<unknown>, T>(
  socket: StreamSocket,
  name: Name,
  of: (...values: StreamEvents<unknown>[Name]) => T,
): Collected<T> {
  const collected = new Collected<T>()
  const listener = (...values: StreamEvents<unknown>[Name]): void => collected.add(of(...values))
  socket.on(name, listener as never)
  return collected
}

/** A promise to be settled from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: Error): void
}

export function deferred<T = void>(): Deferred<T> {
  let settle: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }))
  return { promise, ...settle! }
}

/** Lets the event loop go round: what is ready by now has been seen afterwards. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate()
}

/** For showing that something does not happen: long enough for what would come over the loopback. */
export function quiet(milliseconds = 150): Promise<void> {
  return delay(milliseconds)
}
