import { once } from 'node:events'
import net from 'node:net'
import { Worker } from 'node:worker_threads'
import type { ExecutionContext } from 'ava'
import { startMain } from './child.js'
import { patience, quiet, until } from './events.js'
import { connect } from './far-end.js'
import { freshPath } from './paths.js'

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

const listenAndStop = `
const { workerData, parentPort } = require('node:worker_threads')
require('node:net').createServer().listen({ path: workerData, backlog: 1 }, () => {
  parentPort.postMessage('listens')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})
`

/** The same at the path of a unix socket. */
export async function unansweringPath(t: ExecutionContext): Promise<string> {
  const path = freshPath()
  const worker = new Worker(listenAndStop, { eval: true, workerData: path, execArgv: [] })
  t.teardown(() => worker.terminate())
  await once(worker, 'message')
  // As many as the queue takes: one more than its length.
  const waiting = await Promise.all([connect(path), connect(path)])
  t.teardown(() => waiting.forEach((each) => each.destroy()))
  return path
}
