import { spawnSync } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import test from 'ava'
import { PackageProject } from './helpers/package-project.js'
import { blockNamed, blocksOf, type Block } from './helpers/readme.js'
import { Running } from './helpers/running.js'

const page = 'README.md'
const project = new PackageProject()
test.after.always(() => project.remove())

/** The port that README's first server has; here it may be taken. */
const readmePort = '7000'

/** What each program prints that ends by itself. The server of the first pair does not. */
const expected: Readonly<Record<string, string>> = {
  'client.mjs': 'hello\n',
  'both.cjs': 'hello\n',
  'chat.mts': 'user 1: good morning\nuser 1 left: PEER_CLOSED\n',
  'rows.mjs': '100000 rows, PEER_CLOSED\n',
  'returning.mjs':
    'peer 1 is here\npeer 1 left, back soon: true\npeer 1 is here\nsent while nobody was there\npeer 1 left, back soon: false\n',
  'conversation.mjs': 'ann: good morning\nann: good night\n',
  'busy.mjs': '5000 messages have arrived\n',
  'polite-echo.mjs': '20000000 bytes came back\n',
}

const programs = blocksOf(page).filter(({ language }) => language === 'js' || language === 'ts')

async function freePort(): Promise<string> {
  const server = createServer().listen(0)
  await promisify(setImmediate)()
  const { port } = server.address() as AddressInfo
  await promisify(server.close.bind(server))()
  return String(port)
}

function start({ name = '', code }: Block, port = readmePort): Running {
  project.write(name, code.replaceAll(readmePort, port))
  return new Running([...(name.endsWith('ts') ? ['--import=tsx'] : []), name], project.folder)
}

function canPipe(): boolean {
  return ['nc', 'xxd'].every((tool) => spawnSync('which', [tool]).status === 0)
}

test('every program of README is run here', (t) => {
  const names = programs.map(({ name }) => name)
  t.deepEqual(names.toSorted(), ['server.mjs', ...Object.keys(expected)].toSorted())
})

test('the programs of README pass the type check', (t) => {
  for (const { name, code } of programs) {
    if (name !== undefined && !name.endsWith('.cjs')) project.write(name.replace(/\.\w+$/, '.mts'), code)
  }
  t.is(project.typeErrors(), '')
})

for (const [name, output] of Object.entries(expected)) {
  if (name === 'client.mjs') continue
  test(`README: ${name}`, async (t) => {
    const program = start(blockNamed(page, name))
    t.teardown(() => program.kill())
    const status = await program.end()
    t.is(program.output, output)
    t.is(status, 0)
  })
}

test('README: server.mjs, client.mjs, and the line for a shell', async (t) => {
  const port = await freePort()
  const server = start(blockNamed(page, 'server.mjs'), port)
  t.teardown(() => server.kill())
  await server.says(new RegExp(`^listening at tcp://.*:${port}$`, 'm'))

  const client = start(blockNamed(page, 'client.mjs'), port)
  t.teardown(() => client.kill())
  t.is(await client.end(), 0)
  t.is(client.output, 'hello\n')

  const line = blocksOf(page).find(({ language, code }) => language === 'sh' && code.includes('| nc'))
  if (!canPipe()) return t.log('nc or xxd is missing')
  const { stdout } = spawnSync('sh', ['-c', line!.code.replace(readmePort, port)], { encoding: 'utf8' })
  t.regex(stdout, /0000 0005 6865 6c6c 6f +\.\.\.\.hello/)
})
