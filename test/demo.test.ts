import test from 'ava'
import { Exchange } from '../scripts/demo/exchange.js'
import { millraceClient } from '../scripts/demo/clients/millrace.js'
import { netClient } from '../scripts/demo/clients/net.js'
import { loads } from '../scripts/demo/loads.js'
import { runFile } from './helpers/child.js'
import { connect, listen, type FarEnd } from './helpers/far-end.js'
import { Running } from './helpers/running.js'

const main = 'scripts/demo/main.ts'

test('npm start sends every file and small messages with both clients and prints a table', async (t) => {
  const { status, stdout, stderr } = await runFile(main)
  t.is(stderr, '')
  t.is(status, 0)
  const lines = stdout.split('\n')
  t.regex(lines[0]!, /^transport +threads +client +load .* p50 +p99 +p99\.9$/)
  const rows = lines.slice(2, 18).map((line) => line.split(/ {2,}/).slice(0, 4))
  const all = (columns: string[][]): string[][] =>
    columns.reduce<string[][]>(
      (rows, names) => rows.flatMap((row) => names.map((name) => [...row, name])),
      [[]],
    )
  t.deepEqual(
    rows,
    all([
      ['tcp', 'ipc'],
      ['event loop', '1 I/O thread'],
      ['node:net', 'millrace'],
      ['files', '64 B'],
    ]),
  )
  // No terminal, no progress.
  t.false(stdout.includes('\r'))
})

test('npm start refuses what it does not know', async (t) => {
  for (const args of [['--stai'], ['file'], ['--stay=1']]) {
    const { status, stdout, stderr } = await runFile(main, { args })
    t.is(status, 2, args.join(' '))
    t.is(stdout, '')
    t.regex(stderr, /^millrace: .+\n\nUsage: npm start/)
  }
  const { status, stdout } = await runFile(main, { args: ['--help'] })
  t.is(status, 0)
  t.regex(stdout, /^Usage: npm start/)
})

test('npm start -- --stay serves until ctrl-C, which may come twice', async (t) => {
  const demo = new Running(['--import=tsx', main, '--stay'])
  t.teardown(() => demo.kill())
  const endpoint = await demo.says(/^(tcp:\S+) /m)
  await demo.says(/Ctrl-C/)
  const far = await connect(Number(new URL(endpoint).port))
  t.is((await far.send('hello').next()).toString(), 'hello')
  const status = demo.end('SIGINT')
  await demo.end('SIGINT')
  await far.finish()
  t.is(await status, 0)
})

const clients = [netClient, millraceClient]
for (const client of clients) {
  for (const load of loads) {
    test(`the demo finds a wrong reply: ${client.name}, ${load.name}`, async (t) => {
      const server = await listen()
      t.teardown(() => server.close())
      void server.accept().then((far: FarEnd) => far.send('something else'))
      const run = new Exchange(load).run(client, server.endpoint)
      await t.throwsAsync(run, { message: /came back as something else/ })
    })
  }

  test(`the demo finds that the server left: ${client.name}`, async (t) => {
    const server = await listen()
    t.teardown(() => server.close())
    void server.accept().then((far) => far.destroy())
    await t.throwsAsync(new Exchange(loads[0]!).run(client, server.endpoint))
  })
}
