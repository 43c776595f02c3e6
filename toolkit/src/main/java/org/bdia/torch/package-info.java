/** Internal: what DJL does not bind of the PyTorch engine. TorchScript, switches of autograd, scopes, the allocator. */
package org.bdia.torch;
