// How the studio is packed for people who have no Node: `npm run package`. Electron's own binary is fetched by the packer.

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'org.ovis-studio.app',
  productName: 'Ovis Studio',
  directories: { output: 'release', buildResources: 'resources/icons' },
  files: ['dist/**', '!dist/**/*.map', 'resources/**', 'package.json'],
  asar: true,
  // What is loaded or run by its path: native modules, the engine's script and its threads, and the model's files.
  asarUnpack: [
    '**/*.node',
    '**/*.{so,so.*,dylib,dll}',
    'dist/engine-electron.js',
    'dist/conversion-thread.js',
    'dist/chunks/**',
    'resources/models/**',
  ],
  // Every native module comes built, for Node's stable interface.
  npmRebuild: false,
  electronFuses: {
    // The engine is a utility process, so nothing needs Electron to pass for Node.
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
    resetAdHocDarwinSignature: true,
  },
  fileAssociations: [
    { ext: 'ovis', name: 'Ovis Studio document', role: 'Editor', mimeType: 'application/x-ovis' },
    { ext: ['png', 'jpg', 'jpeg', 'webp', 'avif', 'tif', 'tiff'], name: 'Picture', role: 'Editor', rank: 'Alternate' },
    { ext: ['psd', 'ora'], name: 'Layered picture', role: 'Editor', rank: 'Alternate' },
  ],
  mac: { target: ['dmg', 'zip'], category: 'public.app-category.graphics-design', hardenedRuntime: true },
  win: { target: ['nsis', 'zip'] },
  nsis: { oneClick: false, allowToChangeInstallationDirectory: true },
  linux: { target: ['AppImage', 'deb'], category: 'Graphics' },
};
