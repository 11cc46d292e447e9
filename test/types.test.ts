import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'ava'
import ts from 'typescript'

const root = path.join(__dirname, '..')

/** What tsc has to say about these files, with the checkout's settings. */
function complaints(names: readonly string[], edit = (text: string) => text): string[] {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root)
  const files = names.map((name) => path.join(root, 'test', 'types', name))
  const host = ts.createCompilerHost(options)
  const read = host.readFile.bind(host)
  host.readFile = (file) => {
    const text = read(file)
    return files.includes(path.normalize(file)) && text !== undefined ? edit(text) : text
  }
  const program = ts.createProgram(files, options, host)
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

test('what the design promises compiles', (t) => {
  t.deepEqual(complaints(['right.ts']), [])
})

test('every wrong use is a compile-time error', (t) => {
  t.deepEqual(complaints(['wrong.ts']), [])
  const marked =
    readFileSync(path.join(root, 'test', 'types', 'wrong.ts'), 'utf8').split('// @ts-expect-error').length - 1
  const found = complaints(['wrong.ts'], (text) => text.replaceAll('// @ts-expect-error', '//'))
  t.is(found.length, marked)
})
