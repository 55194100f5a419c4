"""Networks over pictures of `transformers`: vit, its masked autoencoder, and clip."""
import torch
from torch.nn import functional as F
from transformers import CLIPConfig, CLIPModel, ViTConfig, ViTForImageClassification, ViTMAEConfig, ViTMAEForPreTraining

import losses
from common import Reference, draw, in_64_bits, ints, numbers
from features import Headed, classification, pictures, regression, views

VIT = {
    "type": "vit", "input": [2, 6, 9], "patch": 3, "layers": 2, "width": 8, "heads": 2, "mlp-width": 12, "norm-epsilon": 1e-12, "dropout": 0.0,
}
CLIP_VOCAB = 15


def vit_config(shape, kind=ViTConfig, **more):
    channels, height, width = pictures(shape["input"])
    return kind(
        hidden_size=shape["width"], num_hidden_layers=shape["layers"], num_attention_heads=shape["heads"], intermediate_size=shape["mlp-width"],
        hidden_act="gelu", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, layer_norm_eps=shape["norm-epsilon"],
        image_size=(height, width), patch_size=shape["patch"], num_channels=channels, qkv_bias=True, attn_implementation="sdpa", **more,
    )


class Vit(Headed):
    """The encoder of `transformers`, and the head of an objective on its first place."""

    def __init__(self, shape, head, outputs):
        super().__init__()
        self.shape = shape
        self.vit = ViTForImageClassification(vit_config(shape)).vit
        self.head(shape["width"], head, outputs)

    def embed(self, features):
        return self.vit(features.reshape(len(features), *pictures(self.shape["input"]))).last_hidden_state[:, 0]


def vit(name, shape, seed, make, head="classifier", outputs=3):
    """Writes the reference of a vision transformer."""
    reference = Reference(name, shape)
    make(reference, draw(Vit(shape, head, outputs).double().train(), seed))
    reference.save()


def published(reference, model, seed):
    """The classes of pictures; the whole published classifier says the same."""
    classification(reference, "classification", model, seed)
    whole = ViTForImageClassification(vit_config(VIT, num_labels=3)).double().train()
    whole.load_state_dict(model.state_dict())
    features = numbers(seed, 4, *VIT["input"])
    assert torch.allclose(whole(features).logits, model(features)[1], rtol=0, atol=1e-12)


def masked(name, shape, decoder, seed, share):
    """Makes pictures whole of which patches are not read (He et al. 2022); which ones is given."""
    reference = Reference(name, shape)
    config = vit_config(
        shape, ViTMAEConfig, decoder_num_attention_heads=decoder["heads"], decoder_hidden_size=decoder["width"],
        decoder_num_hidden_layers=decoder["layers"], decoder_intermediate_size=4 * decoder["width"], mask_ratio=share, norm_pix_loss=False,
    )
    # The published tables of positions stay as they are; ours are learnt.
    model = ViTMAEForPreTraining(config).double().train()
    draw(model, seed)
    batch, features = 3, numbers(seed + 1, 3, *shape["input"])
    patches = (features.shape[-2] // shape["patch"]) * (features.shape[-1] // shape["patch"])
    noise = torch.rand(batch, patches, generator=torch.Generator().manual_seed(seed + 2))
    # The patches in the order in which they are read, then those that are not.
    order = noise.argsort(1)
    kept = int(patches * (1 - share))

    def compute():
        as_pictures = features.reshape(batch, *pictures(shape["input"]))
        said = model(as_pictures, noise=noise)
        target = model.patchify(as_pictures)
        loss = (((said.logits - target) ** 2).mean(-1) * said.mask).sum() / said.mask.sum()
        assert abs((loss - said.loss).item()) < 1e-12 and int(said.mask.sum()) == batch * (patches - kept)
        return {"patches": said.logits, "targets": target, "hidden": said.mask}, loss

    objective = {"type": "autoencoder", "corruption": {"type": "mask", "share": share}, "decoder": decoder}
    inputs = {"features": features, "order": order, "kept": order[:, :kept]}
    reference.case("masked", model, objective, inputs, compute)
    reference.save()


def clip(name, seed):
    """Pictures and their captions, which end at different places."""
    image = VIT | {"norm-epsilon": 1e-5, "input": [2, 6, 6], "layers": 1}
    del image["type"]
    text = {"layers": 1, "width": 6, "heads": 2, "mlp-width": 10, "context": 7}
    shape = {"type": "clip", "image": image, "text": text, "projection": 5}
    end = CLIP_VOCAB - 1
    config = CLIPConfig(
        projection_dim=shape["projection"],
        text_config={
            "vocab_size": CLIP_VOCAB, "hidden_size": text["width"], "intermediate_size": text["mlp-width"], "num_hidden_layers": text["layers"],
            "num_attention_heads": text["heads"], "max_position_embeddings": text["context"], "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5,
            "eos_token_id": end, "bos_token_id": 0, "pad_token_id": 1, "projection_dim": shape["projection"],
        },
        vision_config={
            "hidden_size": image["width"], "intermediate_size": image["mlp-width"], "num_hidden_layers": image["layers"],
            "num_attention_heads": image["heads"], "num_channels": 2, "image_size": 6, "patch_size": image["patch"], "hidden_act": "quick_gelu",
            "layer_norm_eps": 1e-5, "projection_dim": shape["projection"],
        },
        attn_implementation="sdpa",
    )
    reference, model = Reference(name, shape, CLIP_VOCAB), draw(CLIPModel(config).double().train(), seed)
    lengths = torch.tensor([7, 3, 5])
    features, tokens = numbers(seed + 1, 3, *image["input"]), ints(seed + 2, 2, end, 3, 7)
    for row, length in enumerate(lengths):
        tokens[row, length - 1], tokens[row, length:] = end, 1

    def compute():
        said = model(input_ids=tokens, pixel_values=features, return_loss=True)
        images, captions = model.get_image_features(pixel_values=features), model.get_text_features(input_ids=tokens)
        loss = losses.captions(images, captions, model.logit_scale)
        assert abs((loss - said.loss).item()) < 1e-12
        return {"images": F.normalize(images, dim=-1), "texts": F.normalize(captions, dim=-1), "logits": said.logits_per_image}, loss

    inputs = {"features": features, "tokens": tokens, "lengths": lengths}
    reference.case("contrastive-captions", model, {"type": "contrastive", "pairs": "captions"}, inputs, compute)
    reference.save()


def make():
    with in_64_bits():
        vit("vit", VIT, 800, lambda *it: published(*it, 801))
        # What is left over at the edges of a sound is not read.
        vit("vit_sound", VIT | {"input": [7, 10], "layers": 1}, 810, lambda *it: regression(it[0], "squared", it[1], 811), outputs=1)
        vit("vit_views", VIT | {"layers": 1}, 820, lambda *it: views(*it, 821, 0.1, 6), head="projection", outputs=6)
        masked("vit_masked", VIT | {"input": [2, 9, 9]}, {"layers": 1, "width": 8, "heads": 2}, 830, 0.55)
        masked("vit_masked_sound", VIT | {"input": [9, 9], "layers": 1, "norm-epsilon": 1e-6}, {"layers": 1, "width": 4, "heads": 1}, 840, 0.75)
        clip("clip", 850)


if __name__ == "__main__":
    make()
