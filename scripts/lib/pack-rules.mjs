const required = [
  'LICENSE',
  'README.md',
  'package.json',
  'dist/daemon/bin/rqd.js',
  'dist/daemon/bin/rqctl.js',
  'dist/daemon/dashboard/assets/style.css',
  'dist/daemon/dashboard/browser/app.js',
  'dist/daemon/dashboard/embed.js',
  'dist/daemon/executor/main.js',
  'dist/man/rqctl.1',
  'dist/man/rqd.8',
  'dist/man/rqd.config.5',
  'dist/src/index.js',
  'dist/src/index.d.ts',
]
const allowed =
  /^(?:LICENSE|README\.md|CHANGELOG\.md|package\.json|contrib\/.+|dist\/man\/[a-z.]+\.[158]|dist\/(?:src|daemon)\/.+\.(?:js|js\.map|d\.ts)|dist\/daemon\/dashboard\/assets\/[a-z]+\.(?:css|svg))$/

/**
 * What is wrong with a list of packed files, in sentences; nothing if it is right.
 * @param exists whether a file is in the source tree
 */
export function judgeFiles(files, exists) {
  const missing = required.filter((file) => !files.includes(file)).map((file) => `${file} is missing from the package`)
  if (exists('contrib') && !files.some((file) => file.startsWith('contrib/')))
    missing.push('contrib/ is missing from the package')
  const foreign = files.filter((file) => !allowed.test(file)).map((file) => `${file} does not belong in the package`)
  // The compiler leaves its output behind when a source is removed.
  const hasSource = (file) => ['ts', 'tsx'].some((kind) => exists(file.slice('dist/'.length, -'js'.length) + kind))
  const orphans = files.filter((file) => /^dist\/.+\.js$/.test(file) && !hasSource(file))
  const stale = orphans.map((file) => `${file} has no source any more: remove dist/ and build again`)
  return [...missing, ...foreign, ...stale]
}
