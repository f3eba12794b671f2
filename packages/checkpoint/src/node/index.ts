export { toDiskError } from './disk-error.js';
export { createNodeSha256, folderFiles } from './folder-files.js';
export { type BlobDownload, downloadBlob } from './hub/download-blob.js';
export type { HubOptions } from './hub/hub-options.js';
export { type DirectoryLock, lockDirectory } from './lock-directory.js';
export { openDatasetFile, parseDatasetFile } from './open-dataset-file.js';
export { type OpenModelFilesOptions, openModelFiles } from './open-model-files.js';
export { type DataRow, readDataRows } from './read-data-rows.js';
export { writeFileAtomic } from './write-file-atomic.js';
export {
  type TensorToWrite,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './write-safetensors.js';
