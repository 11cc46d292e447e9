import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { Context, Listener, Peer, StreamSocket } from '../ts/index.js'
import { root } from './helpers/running.js'

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const sources = (folder: string): string =>
  readdirSync(path.join(root, folder))
    .map((name) => read(path.join(folder, name)))
    .join('\n')

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`),
]
const api = read('docs/api.md')
const headings = (page: string): string[] => [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title)

/** As code hosts make them. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}

test('docs/api.md has a heading for every code of ours', (t) => {
  const inEngine = [...read('native/engine/error.cpp').matchAll(/^ {4}\{"(\w+)"/gm)].map(
    ([, name = '']) => name,
  )
  const inFacade = [...sources('ts').matchAll(/'(ERR_MILLRACE_\w+)'/g)].map(([, name = '']) => name)
  const codes = new Set([...inEngine, ...inFacade].filter((name) => name !== 'OK'))
  t.true(codes.size >= 10)
  for (const code of codes) t.true(headings(api).includes(code), code)
})

test('docs/api.md knows every public member', (t) => {
  for (const made of [StreamSocket, Peer, Listener, Context]) {
    const members = Object.getOwnPropertyNames(made.prototype).filter((name) => name !== 'constructor')
    for (const name of members) t.regex(api, new RegExp(`\\b${name}\\b`), `${made.name}.${name}`)
  }
})

test('links between the pages lead somewhere', (t) => {
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/\]\(((?!https?:)[^)]+)\)/g)) {
      const [file = '', fragment] = target.split('#')
      const linked = file === '' ? page : path.join(path.dirname(page), file)
      t.true(existsSync(path.join(root, linked)), `${page}: ${target}`)
      if (fragment === undefined) continue
      t.true(headings(read(linked)).map(anchor).includes(fragment), `${page}: ${target}`)
    }
  }
})
