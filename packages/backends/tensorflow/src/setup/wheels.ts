/** One wheel of PyPI, pinned: a zip file of which a few members are wanted. */
export interface Wheel {
  /** The project that the index lists it under. */
  readonly project: string;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Wheels that are unpacked into one folder of the cache. */
export interface Library {
  /** The folder’s name. */
  readonly name: string;
  readonly what: string;
  readonly licence: string;
  readonly wheels: readonly Wheel[];
  /** Bytes that the wanted members take. */
  readonly unpacked: number;
  /** Whether a member of a wheel is wanted. */
  wants(member: string): boolean;
}

/** The version that the addon was tried with (tfjs.md §13.1). */
export const libraryVersion = '2.21.0';

const tag = `${libraryVersion}-cp311-cp311-manylinux_2_27`;
const headers =
  /^tensorflow\/include\/(tensorflow\/c\/.*\.h|tensorflow\/core\/platform\/ctstring[^/]*\.h|(tensorflow\/tsl|tsl|xla\/tsl)\/(platform\/ctstring[^/]*|c\/[^/]+)\.h)$/;

/** Two libraries and the headers that the addon includes, of 13 000 files. The Python of the tag plays no part. */
const tensorflow = (name: string, unpacked: number, wheel: Wheel): Library => ({
  name,
  what: `TensorFlow ${libraryVersion}`,
  licence: 'Apache-2.0',
  wheels: [wheel],
  unpacked,
  wants: (member) =>
    /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/.test(member) || headers.test(member),
});

/** TensorFlow for the CPU, by `process.arch`. */
export const cpuLibraries: { readonly [architecture: string]: Library } = {
  x64: tensorflow(`tensorflow-cpu-${libraryVersion}-x86_64`, 854e6, {
    project: 'tensorflow-cpu',
    file: `tensorflow_cpu-${tag}_x86_64.whl`,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273829956,
  }),
  arm64: tensorflow(`tensorflow-${libraryVersion}-aarch64`, 1e9, {
    project: 'tensorflow',
    file: `tensorflow-${tag}_aarch64.whl`,
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    bytes: 281828020,
  }),
};

/** TensorFlow for NVIDIA’s GPUs, by `process.arch`; built for CUDA 12.5 and cuDNN 9. */
export const gpuLibraries: { readonly [architecture: string]: Library } = {
  x64: tensorflow(`tensorflow-${libraryVersion}-x86_64`, 1260e6, {
    project: 'tensorflow',
    file: `tensorflow-${tag}_x86_64.whl`,
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    bytes: 572440367,
  }),
};

const nvidia = (
  part: string,
  version: string,
  tags: string,
  sha256: string,
  bytes: number,
): Wheel => ({
  project: `nvidia-${part.replaceAll('_', '-')}-cu12`,
  file: `nvidia_${part}_cu12-${version}-py3-none-${tags}_x86_64.whl`,
  sha256,
  bytes,
});
const glibc17 = 'manylinux2014_x86_64.manylinux_2_17';
const glibc12 = 'manylinux2010_x86_64.manylinux_2_12';

/**
 * What TensorFlow’s GPU build opens at run time, in the newest versions that its `and-cuda` extra allows. One folder for all:
 * they find each other through `$ORIGIN/../../PART/lib`.
 */
export const cudaLibraries: { readonly [architecture: string]: Library } = {
  x64: {
    name: 'cuda-12.9-cudnn-9.28-x86_64',
    what: 'NVIDIA’s CUDA 12.9 and cuDNN 9.28',
    licence: 'NVIDIA’s own (the CUDA and cuDNN licence agreements)',
    unpacked: 4337e6,
    wants: (member) =>
      /^nvidia\/[^/]+\/lib\/[^/]+\.so[^/]*$/.test(member) ||
      /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/[^/]+)$/.test(member),
    wheels: [
      nvidia(
        'cuda_runtime',
        '12.9.79',
        glibc17,
        '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
        3493179,
      ),
      nvidia(
        'cublas',
        '12.9.3.13',
        'manylinux_2_27',
        'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
        581217458,
      ),
      nvidia(
        'cudnn',
        '9.28.0.42',
        'manylinux_2_27',
        '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
        716538495,
      ),
      nvidia(
        'cufft',
        '11.4.1.4',
        glibc17,
        'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
        200877592,
      ),
      nvidia(
        'curand',
        '10.3.10.19',
        'manylinux_2_27',
        '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
        68295626,
      ),
      nvidia(
        'cusolver',
        '11.7.5.82',
        'manylinux_2_27',
        '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
        338117415,
      ),
      nvidia(
        'cusparse',
        '12.5.10.65',
        glibc17,
        '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
        366465088,
      ),
      nvidia(
        'nvjitlink',
        '12.9.86',
        glibc12,
        'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
        39748338,
      ),
      nvidia(
        'cuda_cupti',
        '12.9.79',
        'manylinux_2_25',
        '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
        10814997,
      ),
      // cuDNN’s engines that are compiled at run time.
      nvidia(
        'cuda_nvrtc',
        '12.9.86',
        glibc12,
        '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
        89568129,
      ),
      // ptxas and libdevice: device code for GPUs that TensorFlow has none for, and XLA.
      nvidia(
        'cuda_nvcc',
        '12.9.86',
        glibc12,
        '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
        40546229,
      ),
      // Linked lazily; needed with more than one GPU.
      nvidia(
        'nccl',
        '2.32.3',
        'manylinux_2_27',
        'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
        351526311,
      ),
    ],
  },
};
