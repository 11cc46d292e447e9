import { fromNative } from './errors.js'
import type { Monitor } from './monitor.js'
import type { NativeEvent } from './native.js'
import type { Origin } from './origin.js'

/** A connection that was closed at once, or that could not be accepted. */
export function reportRefused(monitor: Monitor, origin: Origin | undefined, event: NativeEvent): void {
  const endpoint = origin?.endpoint ?? ''
  const { error, address: remoteAddress, port: remotePort } = event
  if (!error) return monitor.report('refused', { endpoint, remoteAddress, remotePort })
  monitor.report('acceptFailed', { endpoint }, () => ({ error: fromNative(error, 'accept') }))
}
