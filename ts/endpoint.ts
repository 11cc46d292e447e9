import { lookup as dnsLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { invalidEndpoint, MillraceError, wrongType } from './errors.js'
import { native, type NativePlace, type ParsedEndpoint } from './native.js'

/** UV_EAI_NONAME. */
const notFound = -3008

/** @throws MillraceError ERR_MILLRACE_INVALID_ENDPOINT */
export function parseEndpoint(endpoint: unknown): ParsedEndpoint {
  if (typeof endpoint !== 'string')
    throw wrongType("an endpoint such as 'tcp://127.0.0.1:7000'", 'endpoint', endpoint)
  const parsed = native.parseEndpoint(endpoint)
  if ('error' in parsed) throw invalidEndpoint(endpoint, parsed.error)
  return parsed
}

/** Of an endpoint to connect to: `*` and port 0 name nobody. */
export function parseRemote(endpoint: unknown): ParsedEndpoint {
  const parsed = parseEndpoint(endpoint)
  if (parsed.transport === 'ipc' || (parsed.host !== '*' && parsed.port !== 0)) return parsed
  const code = 'ERR_MILLRACE_INVALID_ENDPOINT'
  throw invalidEndpoint(String(endpoint), {
    code,
    message: 'connecting takes a host and a port other than * and 0',
  })
}

function resolutionFailed(error: NodeJS.ErrnoException): MillraceError {
  return new MillraceError(error.code ?? 'ENOTFOUND', error.message, {
    errno: error.errno ?? 0,
    syscall: 'getaddrinfo',
  })
}

/** What a look-up answered, which may be an application's own. */
function checkAddresses(host: string, all: readonly { address: string }[]): string[] {
  const addresses = all.map((each) => each.address).filter((each) => isIP(each) !== 0)
  if (addresses.length !== 0) return addresses
  throw new MillraceError('ENOTFOUND', `getaddrinfo ENOTFOUND ${host}`, {
    errno: notFound,
    syscall: 'getaddrinfo',
  })
}

/** Every address of a host; literals are not looked up. */
export async function resolveHost(host: string, lookup: LookupFunction = dnsLookup): Promise<string[]> {
  if (isIP(host) !== 0) return [host]
  const found = await new Promise<readonly { address: string }[]>((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error) return reject(resolutionFailed(error))
      resolve(typeof found === 'string' ? [{ address: found }] : found)
    })
  })
  return checkAddresses(host, found)
}

/** The path of an ipc endpoint, which stands for the address in errors. */
export function pathIn(endpoint: string): string | undefined {
  const parsed = native.parseEndpoint(endpoint)
  return 'path' in parsed ? parsed.path : undefined
}

/** The families in turn, that of the first address first (RFC 8305, 4): one that does not work costs one attempt. */
function interleaved(addresses: readonly string[]): string[] {
  const first = isIP(addresses[0] ?? '')
  const favoured = addresses.filter((each) => isIP(each) === first)
  const others = addresses.filter((each) => isIP(each) !== first)
  const rounds = Array.from({ length: Math.max(favoured.length, others.length) }, (_, i) => i)
  return rounds.flatMap((i) => [...favoured.slice(i, i + 1), ...others.slice(i, i + 1)])
}

const everyAddress = ['::', '0.0.0.0']

/** Where an endpoint is: every address of its host, in the order in which they are to be tried; a path needs no look-up. */
export async function placesOf(
  parsed: ParsedEndpoint,
  resolve: (host: string) => Promise<string[]>,
): Promise<NativePlace[]> {
  if (parsed.transport === 'ipc') return [{ path: parsed.path }]
  const { host, port } = parsed
  const addresses = host === '*' ? everyAddress : interleaved(await resolve(host))
  return addresses.map((address) => ({ address, port }))
}
