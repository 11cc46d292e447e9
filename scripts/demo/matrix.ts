// What the demo runs, as data: a later transport, thread mode or client joins by a row.

import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Context, type StreamSocketOptions } from '../../ts/index.js'
import type { Client } from './clients/client.js'
import { millraceClient } from './clients/millrace.js'
import { netClient } from './clients/net.js'

/** Where a server listens, and what is to be done when it has ended. */
export interface Place {
  readonly endpoint: string
  readonly leave: () => void
}

export interface Transport {
  readonly name: string
  readonly place: () => Place
  readonly clients: readonly Client[]
  /** Lines for a shell that send one message to an endpoint and show the answer. */
  toPaste(endpoint: string): readonly string[]
}

export interface ThreadMode {
  readonly name: string
  readonly options: () => StreamSocketOptions<unknown>
}

function socketFile(): Place {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'millrace-demo-'))
  return {
    endpoint: `ipc://${path.join(folder, 'socket')}`,
    leave: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function ipcToPaste(endpoint: string): string[] {
  const file = endpoint.slice('ipc://'.length)
  return [
    `printf '\\000\\000\\000\\005hello' | nc -q1 -U ${file} | xxd`,
    `node --import=tsx examples/echo-client.ts ${endpoint} hello`,
  ]
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
    place: () => ({ endpoint: 'tcp://127.0.0.1:0', leave: () => undefined }),
    clients: [netClient, millraceClient],
    toPaste: tcpToPaste,
  },
  { name: 'ipc', place: socketFile, clients: [netClient, millraceClient], toPaste: ipcToPaste },
]

export const threadModes: readonly ThreadMode[] = [
  { name: 'event loop', options: () => ({}) },
  { name: '1 I/O thread', options: () => ({ context: new Context({ ioThreads: 1 }) }) },
]
