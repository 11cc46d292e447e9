import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { root } from './running.js'

const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')

const compilerOptions = {
  target: 'ES2022',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
}

/** A project of its own that depends on the package as it would be packed now, with the checkout's addon. */
export class PackageProject {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'millrace-project-'))

  constructor() {
    const modules = path.join(this.folder, 'node_modules')
    const installed = path.join(modules, 'millrace')
    mkdirSync(installed, { recursive: true })
    cpSync(path.join(root, 'package.json'), path.join(installed, 'package.json'))
    execFileSync(process.execPath, [path.join(root, 'scripts', 'build-ts.cjs'), path.join(installed, 'dist')])
    symlinkSync(path.join(root, 'build'), path.join(installed, 'build'))
    for (const name of ['node-gyp-build', '@types', 'undici-types', 'tsx', 'esbuild', 'get-tsconfig']) {
      mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
    }
    this.write('package.json', '{ "name": "empty" }')
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.mts'] }))
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.folder, name), text)
  }

  /** What the compiler finds in the .mts files; empty when all is well. */
  typeErrors(): string {
    try {
      execFileSync(process.execPath, [tsc, '-p', this.folder], { encoding: 'utf8', stdio: 'pipe' })
      return ''
    } catch (error) {
      return (error as { stdout: string }).stdout
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
