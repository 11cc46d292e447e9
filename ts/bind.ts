import { placesOf } from './endpoint.js'
import { fromNative, wrongOption } from './errors.js'
import type {
  ListenHow,
  NativeBound,
  NativeError,
  NativePlace,
  NativeSocket,
  NumbersOf,
  ParsedEndpoint,
} from './native.js'
import { optionTable } from './option-table.js'
import type { BindOptions } from './types.js'

/** What the one has decided who made the descriptor that is taken over. */
const decidedBefore = ['backlog', 'ipv6Only', 'reusePort', 'mode'] as const

const noIpv6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])

/** A flag that is off changes nothing. */
function refuse(options: BindOptions, names: readonly (keyof BindOptions)[], why: string): void {
  const found = names.find((name) => options[name] !== undefined && options[name] !== false)
  if (found !== undefined) throw wrongOption(`The option '${found}' has no meaning ${why}`)
}

/** Refuses options that mean nothing at this endpoint. */
export function checkBindOptions(options: BindOptions, parsed: ParsedEndpoint): void {
  if (options.fd !== undefined) refuse(options, decidedBefore, 'for a descriptor that listens already')
  if (parsed.transport === 'tcp') refuse(options, ['mode'], 'on tcp: a port has no permissions')
  else refuse(options, ['reusePort', 'ipv6Only'], 'on ipc: a unix socket has no port')
  if (parsed.transport === 'ipc' && parsed.path.startsWith('@'))
    refuse(options, ['mode'], 'for an abstract name, which is no file')
}

/** Of a descriptor that is taken over only the transport counts. */
export function placesToBind(
  parsed: ParsedEndpoint,
  options: BindOptions,
  resolve: (host: string) => Promise<string[]>,
): Promise<NativePlace[]> {
  return placesOf(parsed, options.fd === undefined ? resolve : () => Promise.resolve(['0.0.0.0']))
}

/** An option that is not given as the default of the table. */
function how(options: BindOptions): ListenHow {
  return {
    backlog: options.backlog ?? optionTable.backlog.default,
    ipv6Only: options.ipv6Only ?? optionTable.ipv6Only.default,
    reusePort: options.reusePort ?? optionTable.reusePort.default,
    mode: options.mode ?? optionTable.mode.default,
    maxConnections: options.maxConnections ?? 0,
    fd: options.fd ?? -1,
  }
}

function listenFailed(
  failure: NativeError,
  place: NativePlace,
  { fd }: BindOptions,
): Error & { code: string } {
  if (failure.code === 'ERR_MILLRACE_INVALID_OPTION') return wrongOption(`Cannot listen: ${failure.message}`)
  if (fd !== undefined) return fromNative(failure, 'listen')
  return 'path' in place
    ? fromNative(failure, 'listen', place.path)
    : fromNative(failure, 'listen', place.address, place.port)
}

/** Binds the first address of the host; for `*` IPv6, which serves IPv4 too, or where there is no IPv6, IPv4. */
export function listenAt(
  native: NativeSocket,
  parsed: ParsedEndpoint,
  places: readonly NativePlace[],
  options: BindOptions,
  connection: NumbersOf<string>,
): NativeBound {
  const everyAddress = parsed.transport === 'tcp' && parsed.host === '*'
  let error: Error | undefined
  for (const place of everyAddress ? places : places.slice(0, 1)) {
    const bound = native.listen(place, how(options), connection)
    if (!('error' in bound)) return bound
    const failed = listenFailed(bound.error, place, options)
    if (!noIpv6.has(failed.code)) throw failed
    error = failed
  }
  throw error ?? new Error('no address to bind')
}
