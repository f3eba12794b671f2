export { createNodeSha256, folderFiles } from './folder-files.js';
