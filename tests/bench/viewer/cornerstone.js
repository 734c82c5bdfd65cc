// The same four viewports with Cornerstone3D, used as its documentation shows.
import {
  cache,
  Enums,
  imageLoader,
  init,
  metaData,
  RenderingEngine,
  utilities,
} from "@cornerstonejs/core";

const shapes = new Map();
const viewports = [];
let engine;

metaData.addProvider((type, imageId) => {
  const shape = shapes.get(imageId);
  if (!shape) return undefined;
  if (type === "imagePixelModule") {
    return {
      bitsAllocated: shape.bits,
      bitsStored: shape.bits,
      highBit: shape.bits - 1,
      photometricInterpretation: "MONOCHROME2",
      pixelRepresentation: 0,
      samplesPerPixel: 1,
    };
  }
  if (type === "generalSeriesModule") return { modality: "DX" };
  if (type === "imagePlaneModule") {
    return {
      frameOfReferenceUID: "bench",
      rows: shape.height,
      columns: shape.width,
      imageOrientationPatient: [1, 0, 0, 0, 1, 0],
      rowCosines: [1, 0, 0],
      columnCosines: [0, 1, 0],
      imagePositionPatient: [0, 0, 0],
      rowPixelSpacing: 1,
      columnPixelSpacing: 1,
      pixelSpacing: [1, 1],
      sliceThickness: 1,
    };
  }
  return undefined;
}, 10_000);

imageLoader.registerImageLoader("raw", (imageId) => ({ promise: load(imageId) }));

async function load(imageId) {
  const shape = shapes.get(imageId);
  const buffer = await (await fetch(imageId.slice(4))).arrayBuffer();
  const scalarData = shape.bits === 8 ? new Uint8Array(buffer) : new Uint16Array(buffer);
  const { width, height } = shape;
  const white = 2 ** shape.bits - 1;
  return {
    imageId,
    minPixelValue: 0,
    maxPixelValue: white,
    slope: 1,
    intercept: 0,
    windowCenter: white / 2,
    windowWidth: white,
    voiLUTFunction: "LINEAR",
    getPixelData: () => scalarData,
    voxelManager: utilities.VoxelManager.createImageVoxelManager({
      width,
      height,
      scalarData,
      numberOfComponents: 1,
    }),
    dataType: scalarData.constructor.name,
    rows: height,
    columns: width,
    height,
    width,
    color: false,
    rgba: false,
    numberOfComponents: 1,
    columnPixelSpacing: 1,
    rowPixelSpacing: 1,
    invert: false,
    sizeInBytes: scalarData.byteLength,
  };
}

export async function start(elements) {
  await init();
  engine = new RenderingEngine("bench");
  elements.forEach((element, i) => {
    engine.enableElement({
      viewportId: `v${i}`,
      type: Enums.ViewportType.STACK,
      element,
      defaultOptions: { background: [0.04, 0.05, 0.06] },
    });
    viewports.push(engine.getViewport(`v${i}`));
  });
  return "cornerstone3d";
}

function named(urls, shape) {
  const ids = urls.map((url) => `raw:${url}`);
  for (const id of ids) shapes.set(id, shape);
  return ids;
}

export async function prefetch(urls, shape) {
  await Promise.all(named(urls, shape).map((id) => imageLoader.loadAndCacheImage(id)));
}

const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

// Rendered is what can be read back: asking for a pixel waits for the graphics commands, as our side does.
async function rendered() {
  await Promise.all(
    viewports.map(
      (viewport) =>
        new Promise((done) => {
          viewport.element.addEventListener(Enums.Events.IMAGE_RENDERED, done, { once: true });
        }),
    ),
  );
  for (const viewport of viewports) probe.drawImage(viewport.canvas, 0, 0, 1, 1, 0, 0, 1, 1);
  probe.getImageData(0, 0, 1, 1);
}

export async function show(urls, shape) {
  const ids = named(urls, shape);
  const loaded = Promise.all(viewports.map((viewport, i) => viewport.setStack([ids[i]])));
  await loaded;
  const painted = rendered();
  for (const viewport of viewports) viewport.render();
  await painted;
  for (const id of [...shapes.keys()]) {
    if (ids.includes(id)) continue;
    if (cache.getImageLoadObject(id)) cache.removeImageLoadObject(id);
    shapes.delete(id);
  }
}

export function windowTo(center, width) {
  const voiRange = { lower: center - width / 2, upper: center + width / 2 };
  for (const viewport of viewports) {
    viewport.setProperties({ voiRange });
    viewport.render();
  }
}
