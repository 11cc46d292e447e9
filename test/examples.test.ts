import test, { type ExecutionContext } from 'ava'
import { runFile } from './helpers/child.js'
import { connect } from './helpers/far-end.js'
import { Running } from './helpers/running.js'
import { onEach } from './helpers/transports.js'

async function startServer(
  t: ExecutionContext,
  wanted = 'tcp://127.0.0.1:0',
): Promise<{ server: Running; endpoint: string }> {
  const server = new Running(['--import=tsx', 'examples/echo-server.ts', wanted])
  t.teardown(() => server.kill())
  return { server, endpoint: await server.says(/listening at (\S+)/) }
}

onEach('the echo client gets its answers from the echo server, which ends at ctrl-C', async (t, row) => {
  const { server, endpoint } = await startServer(t, row.endpoint)
  const client = await runFile('examples/echo-client.ts', { args: [endpoint, 'one', '', 'three'] })
  t.is(client.stderr, '')
  t.is(client.status, 0)
  const answers = client.stdout.split('\n').map((line) => line.replace(/ ?\(after \d+ µs\)$/, ''))
  t.deepEqual(answers, ['one', '', 'three', ''])
  await server.says(/^1 left: /m)
  t.is(await server.end('SIGINT'), 0)
})

test('the echo server ends its connections at ctrl-C', async (t) => {
  const { server, endpoint } = await startServer(t)
  const far = await connect(Number(new URL(endpoint).port))
  await server.says(/^1 came from 127\.0\.0\.1:\d+$/m)
  const status = server.end('SIGINT')
  await far.ended
  far.end()
  t.is(await status, 0)
})

test('the echo examples say what is wrong', async (t) => {
  const { endpoint } = await startServer(t)
  const second = await runFile('examples/echo-server.ts', { args: [endpoint] })
  t.is(second.status, 1)
  t.regex(second.stderr, /EADDRINUSE/)
  const client = await runFile('examples/echo-client.ts', { args: ['tcp://127.0.0.1'] })
  t.is(client.status, 1)
  t.regex(client.stderr, /Invalid endpoint 'tcp:\/\/127\.0\.0\.1'/)
})
