// What the demo runs, as data: a later transport, thread mode or client joins by a row.

import type { StreamSocketOptions } from '../../ts/index.js'
import type { Client } from './clients/client.js'
import { millraceClient } from './clients/millrace.js'
import { netClient } from './clients/net.js'

export interface Transport {
  readonly name: string
  readonly endpoint: string
  readonly clients: readonly Client[]
  /** Lines for a shell that send one message to an endpoint and show the answer. */
  toPaste(endpoint: string): readonly string[]
}

export interface ThreadMode {
  readonly name: string
  readonly options: StreamSocketOptions<unknown>
}

function tcpToPaste(endpoint: string): string[] {
  const { hostname, port } = new URL(endpoint)
  const program =
    `const s = require("net").connect(${port}, "${hostname}"); s.write("\\x00\\x00\\x00\\x05hello"); ` +
    's.on("data", (d) => { console.log(d.subarray(4).toString()); s.end() })'
  return [
    `printf '\\000\\000\\000\\005hello' | nc -q1 ${hostname} ${port} | xxd`,
    `node -e '${program}'`,
    `node --import=tsx examples/echo-client.ts ${endpoint} hello`,
  ]
}

export const transports: readonly Transport[] = [
  {
    name: 'tcp',
    endpoint: 'tcp://127.0.0.1:0',
    clients: [netClient, millraceClient],
    toPaste: tcpToPaste,
  },
]

export const threadModes: readonly ThreadMode[] = [{ name: 'event loop', options: {} }]
