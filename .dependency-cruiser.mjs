// Who may import whom: the table in docs/architecture.md, checked. Type imports count.
const layers = {
  base: [],
  files: ['base'],
  raster: ['base'],
  shared: ['base', 'raster'],
  model: ['base', 'raster'],
  train: ['base', 'files', 'raster', 'model'],
  engine: ['base', 'files', 'raster', 'shared', 'model', 'train'],
  host: ['base', 'files', 'raster', 'shared', 'model/weights'],
  server: ['base', 'files', 'raster', 'shared', 'host'],
  main: ['base', 'files', 'raster', 'shared', 'host'],
  cli: ['base', 'files', 'raster', 'shared', 'host', 'model', 'train'],
  preload: ['shared'],
  renderer: ['base', 'raster', 'shared'],
};
// What each layer may take from outside the repository; anything else is an error.
const packages = {
  base: '^$',
  files: '^$',
  raster: '^$',
  shared: '^node_modules/(@orpc/contract|zod)/',
  model: '^node_modules/(@bufbuild/protobuf|@huggingface/tokenizers)/',
  train: '^node_modules/(@iconify-json|emojibase-data|@resvg)/',
  engine: '^node_modules/(@orpc)/',
  host: '^node_modules/(@orpc|sharp|libsql|ag-psd|yauzl|yazl|saxes|zod)/',
  server: '^node_modules/(@orpc|ws|@types/ws)/',
  main: '^node_modules/(@orpc|electron|zod)/',
  preload: '^node_modules/electron/',
  renderer:
    '^node_modules/(@base-ui|@orpc/client|@tanstack/react-virtual|@types/react|i18next|konva|lucide-react|react|react-dom|react-i18next|tinykeys|vite|zustand)/',
};
const source = (layer) => `^src/${layer}/`;
const isTest = '\\.(test|spec|bench)\\.ts$|^src/testing/';

const fileHelpers = source('files');

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  comment: `${layer} may import ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: source(layer), pathNot: isTest },
  to: {
    path: '^src/',
    pathNot: [...[layer, ...allowed].map(source), ...(layer === 'model' ? [fileHelpers] : [])],
  },
}));
const packageRules = Object.entries(packages).map(([layer, allowed]) => ({
  name: `packages-${layer}`,
  severity: 'error',
  from: {
    path: source(layer),
    pathNot: [isTest, '^src/model/weights/node/', '^src/engine/ort/', '^src/engine/entry-'],
  },
  to: { path: '^node_modules/', pathNot: allowed },
}));

export default {
  forbidden: [
    ...layerRules,
    ...packageRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'ort-in-one-place',
      comment: 'only engine/ort loads onnxruntime',
      severity: 'error',
      from: { path: '^src/', pathNot: [source('engine/ort'), isTest] },
      to: { path: '^node_modules/onnxruntime' },
    },
    {
      name: 'konva-in-the-view-only',
      comment: 'only canvas/view draws',
      severity: 'error',
      from: { path: '^src/', pathNot: [source('renderer/canvas/view'), isTest] },
      to: { path: '^node_modules/konva/' },
    },
    {
      name: 'pure-layers-do-not-touch-node',
      severity: 'error',
      from: { path: '^src/(base|raster|shared|model|renderer)/', pathNot: ['^src/model/weights/node/', isTest] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'model-touches-files-in-one-place',
      severity: 'error',
      from: { path: source('model'), pathNot: ['^src/model/weights/node/', isTest] },
      to: { path: fileHelpers },
    },
    {
      name: 'testing-stays-in-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: isTest },
      to: { path: '^src/testing/' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // Tests may import anything; and the walker does not know `using` yet.
    // The parser reads no JSX: what those files import is checked by the linter.
    exclude: { path: ['^(dist|node_modules)/', '\\.test\\.ts$', '\\.tsx$'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
