import net from 'node:net'
import type { ExecutionContext } from 'ava'
import { startMain } from './child.js'
import { patience, quiet, until } from './events.js'

/** Connects as often as the server's kernel allows; the sockets that got through, and how many did not. */
export async function fill(
  port: number,
  count: number,
): Promise<{ connected: net.Socket[]; waiting: net.Socket[] }> {
  const sockets = Array.from({ length: count }, () =>
    net.connect(port, '127.0.0.1').on('error', () => undefined),
  )
  const connected = (): net.Socket[] => sockets.filter((each) => each.readyState === 'open')
  await until(() => connected().length !== 0, 'the first connection')
  // What the kernel takes it takes at once; what it drops is tried again after a second.
  await quiet(500)
  return { connected: connected(), waiting: sockets.filter((each) => each.readyState !== 'open') }
}

/** Starts a process that listens with `listen`, an expression for a port, and then stands still. */
export async function deafServer(t: ExecutionContext, listen: string): Promise<number> {
  const child = startMain(
    `process.stdout.write(await (${listen}) + '\\n', () => {
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${2 * patience})
     })`,
  )
  t.teardown(() => child.kill())
  return Number(await child.lines.next('the port of the deaf server'))
}

/** A port where connecting takes for ever: the queue of who listens there is full, and nobody is accepted. */
export async function unanswering(t: ExecutionContext): Promise<number> {
  const port = await deafServer(
    t,
    `new Promise((resolve) => {
       const server = net.createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => resolve(server.address().port))
     })`,
  )
  const { connected, waiting } = await fill(port, 6)
  t.teardown(() => [...connected, ...waiting].forEach((each) => each.destroy()))
  return port
}
