'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { root } = require('./process.cjs')

// Paths below `folder` that end in one of `endings`, relative to the checkout; none where there is no such folder.
function filesIn(folder, ...endings) {
  const base = path.join(root, folder)
  if (!fs.existsSync(base)) return []
  return fs
    .readdirSync(base, { recursive: true })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .map((name) => path.join(folder, name))
    .sort()
}

const cppFiles = () =>
  ['native', 'test/native', 'test/fuzz', 'bench'].flatMap((folder) => filesIn(folder, '.cpp', '.hpp'))

module.exports = { filesIn, cppFiles }
