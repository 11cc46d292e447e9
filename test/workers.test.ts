import test from 'ava'
import { runMain } from './helpers/child.js'

/** `inWorker` starts a worker of its own environment, with the addon and these helpers at hand. */
const prelude = `
  const { Worker } = require('node:worker_threads')
  const head = "require('tsx/cjs'); const { parentPort } = require('node:worker_threads'); const { StreamSocket, Context } = require('./ts/index.ts');"
  const inWorker = (body) => new Worker(head + '(async () => {' + body + '})()', { eval: true })
  const heard = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  const over = (worker) => new Promise((resolve) => worker.once('exit', resolve))
  const echo = \`
    const server = new StreamSocket({ message: (peer, data) => void peer.send(data) })
    server.bind('tcp://127.0.0.1:0').then(({ endpoint }) => parentPort.postMessage(endpoint))
    parentPort.once('message', () => { server.close({ linger: 100 }); parentPort.unref() })
  \`
`

const fine = { status: 0, signal: null, stderr: '', late: false }

test('the addon works in several worker threads and beside them', async (t) => {
  const outcome = await runMain(`${prelude}
    const workers = [inWorker(echo), inWorker(echo), inWorker(echo)]
    const endpoints = await Promise.all(workers.map(heard))
    const answers = []
    let all
    const complete = new Promise((resolve) => (all = resolve))
    const client = new StreamSocket({ message: (peer, data) => { if (answers.push(String(data)) === 3) all() } })
    for (const [place, endpoint] of endpoints.entries()) (await client.connect(endpoint)).send('worker ' + place)
    await complete
    console.log(answers.sort().join(' '))
    await client.close()
    workers.forEach((worker) => worker.postMessage('end'))
    console.log((await Promise.all(workers.map(over))).join(' '))
  `)
  t.like(outcome, { ...fine, stdout: 'worker 0 worker 1 worker 2\n0 0 0\n' })
})

test('a worker ends by itself once its sockets are closed, and is kept by a bound one', async (t) => {
  const outcome = await runMain(`${prelude}
    const empty = inWorker('new StreamSocket(); new Context()')
    console.log('empty', await over(empty))
    const bound = inWorker(echo)
    await heard(bound)
    let ended = false
    over(bound).then(() => (ended = true))
    await new Promise((resolve) => setTimeout(resolve, 300))
    console.log('bound', ended)
    bound.postMessage('end')
  `)
  t.like(outcome, { ...fine, stdout: 'empty 0\nbound false\n' })
})

test('terminate() while connections are tried again harms nothing', async (t) => {
  const outcome = await runMain(`${prelude}
    const far = await listen()
    const worker = inWorker(\`
      const client = new StreamSocket()
      const reconnect = { minDelay: 1, maxDelay: 2, queueWhileDisconnected: true }
      client.connect('tcp://127.0.0.1:1', { reconnect })
      client.connect('tcp://mill.example:1', { reconnect, lookup() {} })
      const many = Array.from({ length: 8 }, () => client.connect('\${far.endpoint}', { reconnect }))
      client.on('disconnect', (peer) => peer.send('waits'))
      Promise.all(many).then(() => parentPort.postMessage('connected'))
    \`)
    await heard(worker)
    const resets = setInterval(() => far.accepted.all.splice(0).forEach((each) => each.reset()), 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await worker.terminate()
    clearInterval(resets)
    await far.close()
    console.log('over')
  `)
  t.like(outcome, { ...fine, stdout: 'over\n' })
})

test('terminate() under load harms neither the process nor other threads', async (t) => {
  const outcome = await runMain(
    `${prelude}
    const load = \`
      const server = new StreamSocket({ message: (peer, data) => void peer.send(data) })
      const client = new StreamSocket({ message: (peer, data) => void peer.send(data) })
      server.bind('tcp://127.0.0.1:0').then(async ({ endpoint }) => {
        for (let i = 0; i < 8; i++) {
          const peer = await client.connect(endpoint)
          for (let j = 0; j < 8; j++) peer.send(Buffer.alloc(j === 7 ? 100000 : 64))
        }
        parentPort.postMessage('loaded')
      })
    \`
    const mine = new StreamSocket({ message: (peer, data) => void peer.send(data) })
    const { port } = await mine.bind('tcp://127.0.0.1:0')
    const far = await connect(port)
    for (let round = 0; round < 10; round++) {
      const workers = [inWorker(load), inWorker(load)]
      await Promise.all(workers.map(heard))
      await new Promise((resolve) => setTimeout(resolve, round))
      await Promise.all(workers.map((worker) => worker.terminate()))
      far.send('round ' + round)
      if (String(await far.next()) !== 'round ' + round) throw new Error('the main thread does not serve')
    }
    far.destroy()
    await mine.close({ linger: 0 })
    console.log('done')
  `,
  )
  t.like(outcome, { ...fine, stdout: 'done\n' })
})

test('process.exit() in a worker or while workers are busy ends with its status', async (t) => {
  const inside = await runMain(`${prelude}
    const worker = inWorker(echo + "; setTimeout(() => process.exit(4), 100)")
    const endpoint = await heard(worker)
    const far = await connect(Number(endpoint.split(':').at(-1)))
    far.send('x')
    console.log(await over(worker))
  `)
  t.like(inside, { ...fine, stdout: '4\n' })
  const outside = await runMain(`${prelude}
    const workers = [inWorker(echo), inWorker(echo)]
    await Promise.all(workers.map(heard))
    process.exit(6)
  `)
  t.like(outside, { ...fine, status: 6 })
})
