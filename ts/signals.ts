import { aborted, type MillraceError } from './errors.js'

const nothing = (): void => undefined

/** Calls `act` when the signal is aborted; the answer takes that back. Without a signal nothing happens. */
export function onAbort(signal: AbortSignal | undefined, act: (error: MillraceError) => void): () => void {
  if (!signal) return nothing
  const listener = (): void => act(aborted(signal))
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal)
}

/** Signals live long: a listener whose owner was collected is of no use. */
const forgotten = new FinalizationRegistry<() => void>((stop) => stop())

/** The same for an owner that the signal must not keep from being collected. */
export function onAbortOf<T extends object>(
  owner: T,
  signal: AbortSignal | undefined,
  act: (owner: T) => void,
): () => void {
  const weak = new WeakRef(owner)
  const stop = onAbort(signal, () => {
    const still = weak.deref()
    if (still) act(still)
  })
  if (signal) forgotten.register(owner, stop, weak)
  return () => {
    stop()
    forgotten.unregister(weak)
  }
}
