'use strict'

const { defineConfig, globalIgnores } = require('eslint/config')
const tseslint = require('typescript-eslint')

const size = {
  'max-lines': ['error', { max: 250 }],
  'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
}

const common = {
  eqeqeq: 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  ...size,
}

const typed = {
  '@typescript-eslint/no-confusing-void-expression': [
    'error',
    { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true, ignoreVoidOperator: true },
  ],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
}

const anyRules = ['no-explicit-any', 'no-unsafe-assignment', 'no-unsafe-call', 'no-unsafe-member-access']
const anyAllowed = Object.fromEntries(anyRules.map((rule) => [`@typescript-eslint/${rule}`, 'off']))

module.exports = defineConfig(
  globalIgnores(['build/', 'dist/', 'prebuilds/', 'bench/results/']),
  { files: ['**/*.{js,cjs,mjs}'], rules: { 'no-unused-vars': 'error', ...common } },
  {
    files: ['**/*.{ts,mts}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: { ...common, ...typed },
  },
  // The addon's own surface is the one place where types are asserted, not checked.
  { files: ['ts/native.ts'], rules: anyAllowed },
  // What native code hands over is within its bounds; a check for each number of a record would cost time.
  {
    files: ['ts/delivery.ts', 'ts/memory.ts', 'test/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
)
